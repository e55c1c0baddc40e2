import { SidecarError } from '../errors.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { Pkcs11Objects } from '../pkcs11-objects/pkcs11-objects.ts';
import type { Handler } from '../request/context.ts';
import { changeRequest } from './change-request.ts';
import type { MayLook } from './keys.list.ts';

export function createPkcs11ObjectsCreate(
  objects: Pick<Pkcs11Objects, 'create'>,
  keystore: Pick<Keystore, 'get'>,
  mayLook: MayLook,
): Handler<'pkcs11Objects.create'> {
  return async ({ requestId, ...object }, execution) => {
    if (object.key !== undefined) {
      const key = await keystore.get(object.key);
      if (key === undefined || !mayLook(execution, key)) throw new SidecarError('not_found', object.key);
    }
    const request = changeRequest(requestId, execution);
    return { record: await objects.create({ ...object, owner: execution.principal.id }, request) };
  };
}
