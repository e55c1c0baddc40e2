import { keyEtag } from '../key-etag.ts';
import type { Pkcs11Objects } from '../pkcs11-objects/pkcs11-objects.ts';
import type { Handler } from '../request/context.ts';
import { changeRequest } from './change-request.ts';

export function createPkcs11ObjectsRemove(objects: Pick<Pkcs11Objects, 'remove'>): Handler<'pkcs11Objects.remove'> {
  return async ({ id, requestId }, execution) => {
    const request = changeRequest(requestId, execution);
    await objects.remove(id, request, (before) => execution.requireEtag(keyEtag(before)));
    return {};
  };
}
