import type { Handlers } from '../request/context.ts';
import type { HandlerParts } from './handler-parts.ts';
import { createPkcs11ObjectsCreate } from './pkcs11Objects.create.ts';
import { createPkcs11ObjectsGet } from './pkcs11Objects.get.ts';
import { createPkcs11ObjectsList } from './pkcs11Objects.list.ts';
import { createPkcs11ObjectsRemove } from './pkcs11Objects.remove.ts';
import { createPkcs11ObjectsUpdate } from './pkcs11Objects.update.ts';

/** What applications store through PKCS#11. */
export function pkcs11Handlers({ cursors, keystore, mayLook, mayLookAtObject, pkcs11Objects }: HandlerParts) {
  return {
    'pkcs11Objects.create': createPkcs11ObjectsCreate(pkcs11Objects, keystore, mayLook),
    'pkcs11Objects.get': createPkcs11ObjectsGet(pkcs11Objects),
    'pkcs11Objects.list': createPkcs11ObjectsList(pkcs11Objects, mayLookAtObject, cursors),
    'pkcs11Objects.remove': createPkcs11ObjectsRemove(pkcs11Objects),
    'pkcs11Objects.update': createPkcs11ObjectsUpdate(pkcs11Objects),
  } satisfies Partial<Handlers>;
}
