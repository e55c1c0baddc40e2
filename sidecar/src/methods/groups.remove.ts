import type { DirectoryHolder } from '../identity/directory-store.ts';
import type { Handler } from '../request/context.ts';

export function createGroupsRemove(holder: Pick<DirectoryHolder, 'apply'>): Handler<'groups.remove'> {
  return async ({ id, requestId }, { principal, requestDigest, requireCurrent }) => {
    await holder.apply({ removeGroup: id }, { requestId, requestDigest, principal: principal.id, requireCurrent });
    return {};
  };
}
