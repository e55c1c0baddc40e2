import type { DirectoryHolder } from '../identity/directory-store.ts';
import type { Handler } from '../request/context.ts';
import { changeRequest } from './change-request.ts';

export function createGroupsSet(holder: Pick<DirectoryHolder, 'update'>): Handler<'groups.set'> {
  return async ({ group, requestId }, execution) => {
    const made = await holder.update(() => ({ group }), changeRequest(requestId, execution));
    return { group: made.group ?? group };
  };
}
