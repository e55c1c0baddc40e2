import type { DirectoryHolder } from '../identity/directory-store.ts';
import type { Handler } from '../request/context.ts';

export function createGroupsSet(holder: Pick<DirectoryHolder, 'update'>): Handler<'groups.set'> {
  return async ({ group, requestId }, { principal, requestDigest, requireCurrent }) => {
    const made = await holder.update(() => ({ group }), {
      requestId,
      requestDigest,
      principal: principal.id,
      requireCurrent,
    });
    return { group: made.group ?? group };
  };
}
