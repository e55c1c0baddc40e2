import { SidecarError } from '../errors.ts';
import type { Pkcs11Objects } from '../pkcs11-objects/pkcs11-objects.ts';
import type { Handler } from '../request/context.ts';

export function createPkcs11ObjectsGet(objects: Pick<Pkcs11Objects, 'get'>): Handler<'pkcs11Objects.get'> {
  return async ({ id }) => {
    const record = await objects.get(id);
    if (record === undefined) throw new SidecarError('not_found', id);
    return { record };
  };
}
