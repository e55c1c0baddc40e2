import type { Quotas } from '../limits/quotas.ts';
import { Secret } from '../secret.ts';
import type { Target, Trail } from './context.ts';

/**
 * Counts an operation against the limits of its principal and its keys; what is denied does not count.
 *
 * @throws SidecarError `rate_limited`, `key_frozen`
 */
export type Limit = (trail: Trail) => void;

export function createLimit(quotas: Quotas): Limit {
  return (trail) => {
    const { call, principal, params, target } = trail;
    if (principal === undefined || target === undefined) return;
    const [keyId, otherKeyId] = namedKeysOf(target);
    trail.leave = quotas.admit({
      principal: principal.id,
      ...(keyId !== undefined && { keyId }),
      ...(otherKeyId !== undefined && { otherKeyId }),
      bytes: dataBytes(params),
      action: call.traits.action,
    });
  };
}

/** No method names more than two. */
function namedKeysOf({ id, keys }: Target): readonly string[] {
  if (keys.size < 2) return [namedKeyOf(id)].filter((keyId) => keyId !== undefined);
  const ids = [...keys.keys()].map(namedKeyOf).filter((keyId) => keyId !== undefined);
  return [...new Set(ids)];
}

/** Of a handle `key_<id>/<version>`. */
function namedKeyOf(handle: string): string | undefined {
  if (!handle.startsWith('key_')) return undefined;
  const slash = handle.indexOf('/');
  return slash < 0 ? undefined : handle.slice(0, slash);
}

function dataBytes(params: object | undefined): number {
  const data = (params as { data?: unknown } | undefined)?.data;
  return data instanceof Uint8Array || data instanceof Secret ? data.length : 0;
}
