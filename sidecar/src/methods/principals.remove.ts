import type { DirectoryHolder } from '../identity/directory-store.ts';
import type { Handler } from '../request/context.ts';
import { changeRequest } from './change-request.ts';

export function createPrincipalsRemove(holder: Pick<DirectoryHolder, 'apply'>): Handler<'principals.remove'> {
  return async ({ id, requestId }, execution) => {
    await holder.apply({ removePrincipal: id }, changeRequest(requestId, execution));
    return {};
  };
}
