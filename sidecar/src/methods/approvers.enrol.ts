import { SidecarError } from '../errors.ts';
import type { ApprovalKey, PrincipalRecord } from '../generated/types.ts';
import type { DirectoryHolder } from '../identity/directory-store.ts';
import type { Execution, Handler } from '../request/context.ts';

/** Says whether the caller may change other people's records. */
export type MayChangeOthers = (execution: Execution) => boolean;

/** More approvers never leave too few of them. */
const nothingToCheck = () => undefined;

export function createApproversEnrol(
  holder: Pick<DirectoryHolder, 'update'>,
  mayChangeOthers: MayChangeOthers,
): Handler<'approvers.enrol'> {
  return async ({ person, key, requestId }, execution) => {
    // The policy sees no parameters, so it lets each person enrol a key and cannot say for whom.
    if (person !== execution.principal.id && !mayChangeOthers(execution)) {
      throw new SidecarError('permission_denied', 'a key for somebody else');
    }
    const { principal } = await holder.update(
      (directory) => ({ principal: withKey(directory.record(person), person, key) }),
      {
        requestId,
        requestDigest: execution.requestDigest,
        principal: execution.principal.id,
        requireCurrent: execution.requireCurrent,
      },
      nothingToCheck,
    );
    if (principal === undefined) throw new SidecarError('not_found', person);
    return { principal };
  };
}

function withKey(record: PrincipalRecord | undefined, person: string, key: ApprovalKey): PrincipalRecord {
  if (record === undefined) throw new SidecarError('not_found', person);
  const { approvalKeys = [] } = record;
  if (approvalKeys.some(({ id }) => id === key.id)) throw new SidecarError('already_exists', `approval key ${key.id}`);
  return { ...record, approvalKeys: [...approvalKeys, key] };
}
