import type { DirectoryHolder } from '../identity/directory-store.ts';
import type { Handler } from '../request/context.ts';
import { changeRequest } from './change-request.ts';

export function createGroupsRemove(holder: Pick<DirectoryHolder, 'apply'>): Handler<'groups.remove'> {
  return async ({ id, requestId }, execution) => {
    await holder.apply({ removeGroup: id }, changeRequest(requestId, execution));
    return {};
  };
}
