import type { CallShape } from './call-shape.ts';

/** Objects, and the calls that make keys. */
export const objectCalls = {
  C_CreateObject: { id: 20, request: { session: 'u', template: 'aA' }, response: { object: 'u' } },
  C_CopyObject: { id: 21, request: { session: 'u', object: 'u', template: 'aA' }, response: { object: 'u' } },
  C_DestroyObject: { id: 22, request: { session: 'u', object: 'u' }, response: {} },
  C_GetObjectSize: { id: 23, request: { session: 'u', object: 'u' }, response: { size: 'u' } },
  /** The answer holds what was asked for, in that order, and a return value that is no refusal of the call. */
  C_GetAttributeValue: {
    id: 24,
    request: { session: 'u', object: 'u', template: 'fA' },
    response: { template: 'aA', returnValue: 'u' },
  },
  C_SetAttributeValue: { id: 25, request: { session: 'u', object: 'u', template: 'aA' }, response: {} },
  C_FindObjectsInit: { id: 26, request: { session: 'u', template: 'aA' }, response: {} },
  C_FindObjects: { id: 27, request: { session: 'u', room: 'fu' }, response: { objects: 'au' } },
  C_FindObjectsFinal: { id: 28, request: { session: 'u' }, response: {} },
  C_GenerateKey: { id: 58, request: { session: 'u', mechanism: 'M', template: 'aA' }, response: { key: 'u' } },
  C_GenerateKeyPair: {
    id: 59,
    request: { session: 'u', mechanism: 'M', publicKeyTemplate: 'aA', privateKeyTemplate: 'aA' },
    response: { publicKey: 'u', privateKey: 'u' },
  },
  C_WrapKey: {
    id: 60,
    request: { session: 'u', mechanism: 'M', wrappingKey: 'u', key: 'u', room: 'fy' },
    response: { wrappedKey: 'ay' },
  },
  C_UnwrapKey: {
    id: 61,
    request: { session: 'u', mechanism: 'M', unwrappingKey: 'u', wrappedKey: 'ay', template: 'aA' },
    response: { key: 'u' },
  },
  C_DeriveKey: {
    id: 62,
    request: { session: 'u', mechanism: 'M', baseKey: 'u', template: 'aA' },
    response: { key: 'u' },
  },
  /** C_DeriveKey from version 2 on. The answer says itself whether the call was refused. */
  C_DeriveKey2: {
    id: 89,
    request: { session: 'u', mechanism: 'M', baseKey: 'u', template: 'aA' },
    response: { returnValue: 'u', parameterUpdate: 'P', key: 'u' },
  },
} as const satisfies Readonly<Record<string, CallShape>>;
