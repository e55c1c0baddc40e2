import type { DirectoryHolder } from '../identity/directory-store.ts';
import type { Handler } from '../request/context.ts';

export function createPrincipalsRemove(holder: Pick<DirectoryHolder, 'apply'>): Handler<'principals.remove'> {
  return async ({ id, requestId }, { principal, requestDigest, requireCurrent }) => {
    await holder.apply({ removePrincipal: id }, { requestId, requestDigest, principal: principal.id, requireCurrent });
    return {};
  };
}
