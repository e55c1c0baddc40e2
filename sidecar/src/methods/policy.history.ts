import { SidecarError } from '../errors.ts';
import type { PolicyStore } from '../policy/policy-store.ts';
import type { Handler } from '../request/context.ts';

const defaultLimit = 100;

export function createPolicyHistory(store: PolicyStore): Handler<'policy.history'> {
  return async ({ cursor, limit = defaultLimit }) => {
    const before = cursor === undefined ? undefined : versionOf(cursor);
    const versions = await store.history(before, limit);
    const last = versions.at(-1)?.version ?? 1;
    return { versions, ...(last > 1 && { nextCursor: String(last) }) };
  };
}

function versionOf(cursor: string): number {
  if (!/^[1-9]\d{0,9}$/.test(cursor)) throw new SidecarError('invalid_params', 'the cursor is not one of this list');
  return Number(cursor);
}
