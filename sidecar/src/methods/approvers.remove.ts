import { SidecarError } from '../errors.ts';
import type { PrincipalRecord } from '../generated/types.ts';
import type { DirectoryHolder } from '../identity/directory-store.ts';
import type { Handler } from '../request/context.ts';

export function createApproversRemove(holder: Pick<DirectoryHolder, 'update'>): Handler<'approvers.remove'> {
  return async ({ person, keyId, requestId }, { principal: caller, requestDigest, requireCurrent }) => {
    const { principal } = await holder.update(
      (directory) => ({ principal: withoutKey(directory.record(person), person, keyId) }),
      { requestId, requestDigest, principal: caller.id, requireCurrent },
    );
    if (principal === undefined) throw new SidecarError('not_found', person);
    return { principal };
  };
}

function withoutKey(record: PrincipalRecord | undefined, person: string, keyId: string): PrincipalRecord {
  if (record === undefined) throw new SidecarError('not_found', person);
  const { approvalKeys = [], ...rest } = record;
  const left = approvalKeys.filter(({ id }) => id !== keyId);
  if (left.length === approvalKeys.length) throw new SidecarError('not_found', `approval key ${keyId}`);
  return left.length === 0 ? rest : { ...rest, approvalKeys: left };
}
