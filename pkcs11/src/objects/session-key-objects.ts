import type { Key } from '@ferrohsm/sdk';
import { CKA } from '../codec/constants/attribute-types.ts';
import { Attributes } from './attributes.ts';
import { defaultId, type KeyFacts, secretKeyAttributes } from './key-attributes.ts';
import { pairObjects, publicKeyOf } from './named-key-objects.ts';
import type { Connection, HeldKey, TokenObject } from './token-object.ts';

/** Attributes that an application may choose freely for a key of its session. */
const chosen: readonly number[] = [
  CKA.LABEL,
  CKA.ID,
  CKA.SUBJECT,
  CKA.START_DATE,
  CKA.END_DATE,
  CKA.MODIFIABLE,
  CKA.PRIVATE,
  // A generic secret for one hash, CKK_SHA256_HMAC and others: whether the key is of the type was seen to before.
  CKA.KEY_TYPE,
];

/** How a session key came to be. */
export interface KeyMaking {
  /** The connection that it was made on. */
  readonly holder: Connection;
  /** CKM_... that generated it. */
  readonly mechanism?: number;
}

/** A secret key that the sidecar has made for a session: by generation, derivation, unwrapping or import. */
export function createdKeyObject(key: Key, template: Attributes, { mechanism, holder }: KeyMaking): TokenObject {
  const held = heldKey(key, holder);
  const identity = `${key.handle}/secret`;
  const attributes = secretKeyAttributes({ ...factsOf(key, template, mechanism), identity }, held);
  return { identity, key: held, attributes: attributes.with(chosenOf(template)) };
}

/** Both halves of a key pair that the sidecar has made for a session. */
export function createdPairObjects(
  pair: { readonly privateKey: Key; readonly publicKey: Key },
  templates: { readonly privateKey: Attributes; readonly publicKey: Attributes },
  { mechanism, holder }: KeyMaking,
): readonly [privateKey: TokenObject, publicKey: TokenObject] {
  const { privateKey, publicKey } = pair;
  const facts = factsOf(privateKey, templates.privateKey, mechanism);
  const usages = [...new Set([...privateKey.usages, ...publicKey.usages])];
  const spki = publicKeyOf(publicKey.publicKey?.data ?? new Uint8Array());
  const [ofPrivate, ofPublic] = pairObjects({ ...facts, usages }, heldKey(privateKey, holder), spki);
  return [
    { ...ofPrivate, attributes: ofPrivate.attributes.with(chosenOf(templates.privateKey)) },
    { ...ofPublic, attributes: ofPublic.attributes.with(chosenOf(templates.publicKey)) },
  ];
}

function heldKey({ handle, algorithm, usages }: Key, holder: Connection): HeldKey {
  return { handle, algorithm, usages, holder };
}

function factsOf(key: Key, template: Attributes, mechanism: number | undefined): Omit<KeyFacts, 'identity'> {
  return {
    algorithm: key.algorithm,
    usages: key.usages,
    isOnToken: false,
    label: '',
    id: template.bytes(CKA.ID) ?? defaultId(key.handle),
    isLocal: mechanism !== undefined,
    isExtractable: key.extractable,
    ...(mechanism !== undefined && { generationMechanism: mechanism }),
  };
}

function chosenOf(template: Attributes): Attributes {
  return new Attributes(template.all.filter(({ type }) => chosen.includes(type)));
}
