import type { AuditEntry } from '../audit/log.ts';
import { Secret } from '../secret.ts';
import type { Call, HeldKey, Trail } from './context.ts';

/** Keyed digest of bytes, as text: proves equality to the holder of the key, tells nobody else anything. */
export type DigestFunction = (bytes: Uint8Array) => string;

type Fields = Omit<AuditEntry, 'phase' | 'outcome'>;
type Details = NonNullable<AuditEntry['details']>;

/** What a record says about an operation, from what was known when it was written. No payloads, only keyed digests. */
export function recordOf(trail: Trail, digest: DigestFunction): Fields {
  const { call, principal, target, decision, params } = trail;
  const held = target?.keys.get(target.id);
  return {
    operation: call.method,
    session: call.session.id,
    ...(principal && { principal: principal.id, credential: principal.credential.subject }),
    ...(target && { resource: target.id }),
    ...keyFields(held),
    ...(decision && { policies: decision.policies, epoch: decision.epoch }),
    ...(params && { details: detailsOf(call, params as Record<string, unknown>, digest) }),
  };
}

function keyFields(held: HeldKey | undefined): Partial<Fields> {
  if (held === undefined) return {};
  return { algorithm: held.key.algorithm.name, ...(held.name !== undefined && { keyName: held.name }) };
}

function detailsOf({ traits }: Call, params: Record<string, unknown>, digest: DigestFunction): Details {
  const details: Details = {};
  for (const field of traits.auditFields) {
    const value = plain(valueAt(params, field));
    if (value !== undefined) details[field] = value;
  }
  for (const field of traits.auditDigests) {
    const value = params[field];
    const bytes = value instanceof Secret ? value.bytes : value;
    if (bytes instanceof Uint8Array) details[field] = digest(bytes);
  }
  return details;
}

function plain(value: unknown): string | number | boolean | undefined {
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}

function valueAt(params: Record<string, unknown>, path: string): unknown {
  const dot = path.indexOf('.');
  if (dot < 0) return params[path];
  const inner = params[path.slice(0, dot)];
  return inner !== null && typeof inner === 'object'
    ? valueAt(inner as Record<string, unknown>, path.slice(dot + 1))
    : undefined;
}
