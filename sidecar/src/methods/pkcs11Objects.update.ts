import { keyEtag } from '../key-etag.ts';
import type { Pkcs11Objects } from '../pkcs11-objects/pkcs11-objects.ts';
import type { Handler } from '../request/context.ts';
import { changeRequest } from './change-request.ts';

export function createPkcs11ObjectsUpdate(objects: Pick<Pkcs11Objects, 'update'>): Handler<'pkcs11Objects.update'> {
  return async ({ requestId, ...change }, execution) => {
    const request = changeRequest(requestId, execution);
    const record = await objects.update(change, request, (before) => execution.requireEtag(keyEtag(before)));
    return { record };
  };
}
