import { SidecarError } from '../errors.ts';
import type { PolicyVersion } from '../generated/types.ts';
import type { PolicyStore } from '../policy/policy-store.ts';
import type { Handler } from '../request/context.ts';

const defaultLimit = 100;

export function createPolicyHistory(store: PolicyStore): Handler<'policy.history'> {
  return async ({ cursor, limit = defaultLimit }) => {
    const before = cursor === undefined ? undefined : versionOf(cursor);
    const versions = withinBytes(await store.history(before, limit));
    const last = versions.at(-1)?.version ?? 1;
    return { versions, ...(last > 1 && { nextCursor: String(last) }) };
  };
}

/** Texts of one page, which must fit into a message; at least one version is shown. */
const pageBytes = 256 * 1024;

function withinBytes(versions: readonly PolicyVersion[]): PolicyVersion[] {
  let bytes = 0;
  return versions.filter(({ text }, index) => {
    bytes += text.length;
    return index === 0 || bytes <= pageBytes;
  });
}

function versionOf(cursor: string): number {
  if (!/^[1-9]\d{0,9}$/.test(cursor)) throw new SidecarError('invalid_params', 'the cursor is not one of this list');
  return Number(cursor);
}
