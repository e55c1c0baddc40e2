import type { DirectoryHolder } from '../identity/directory-store.ts';
import type { Handler } from '../request/context.ts';

export function createPrincipalsSet(holder: Pick<DirectoryHolder, 'update'>): Handler<'principals.set'> {
  return async ({ principal, requestId }, { principal: caller, requestDigest, requireCurrent }) => {
    const made = await holder.update(() => ({ principal }), {
      requestId,
      requestDigest,
      principal: caller.id,
      requireCurrent,
    });
    return { principal: made.principal ?? principal };
  };
}
