import { randomUUID } from 'node:crypto';
import { CKA } from '../codec/constants/attribute-types.ts';
import { CKO } from '../codec/constants/objects.ts';
import { CKR } from '../codec/constants/return-values.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import type { Session } from '../session/session.ts';
import { Attributes, attributeOf } from './attributes.ts';
import { matches } from './matching.ts';
import { storedAttributes } from './stored-objects.ts';
import { isOnToken, isPrivate, type TokenObject } from './token-object.ts';

/** What may be changed of a key once it is there (PKCS#11 3.1 section 4.1.1 footnote 8). */
const changeableOfKeys: readonly number[] = [CKA.LABEL, CKA.ID, CKA.SUBJECT, CKA.START_DATE, CKA.END_DATE];
const changeableOfOthers: readonly number[] = [
  ...changeableOfKeys,
  ...[CKA.APPLICATION, CKA.OBJECT_ID, CKA.VALUE, CKA.ISSUER, CKA.SERIAL_NUMBER, CKA.URL, CKA.OWNER, CKA.ATTR_TYPES],
];

/** Set once, and for good: false to true, or true to false. */
const latches: ReadonlyMap<number, boolean> = new Map([
  [CKA.SENSITIVE, true],
  [CKA.EXTRACTABLE, false],
  [CKA.WRAP_WITH_TRUSTED, true],
  [CKA.COPYABLE, false],
]);

/**
 * C_SetAttributeValue: all of the template or nothing.
 *
 * @throws CryptokiRefusal CKR_ACTION_PROHIBITED, CKR_ATTRIBUTE_READ_ONLY, CKR_ATTRIBUTE_TYPE_INVALID, CKR_SESSION_READ_ONLY
 */
export async function changeObject(session: Session, object: TokenObject, template: Attributes): Promise<void> {
  requireWritable(session, object);
  if (object.attributes.boolean(CKA.MODIFIABLE) === false) {
    throw new CryptokiRefusal(CKR.ACTION_PROHIBITED, 'the object is not modifiable');
  }
  for (const type of template.types) requireChangeable(object, template, type);
  const changed = { ...object, attributes: object.attributes.with(template) };
  const { objects } = session.token;
  if (objects.isOfSession(object) || !isOnToken(object)) return objects.replace(changed);
  objects.replace(await store(session, changed, template));
}

/** What a copy may have of its own besides. */
const chosenForCopies: readonly number[] = [CKA.TOKEN, CKA.PRIVATE, CKA.MODIFIABLE, CKA.COPYABLE, CKA.DESTROYABLE];

/**
 * What C_CopyObject may change on the way.
 *
 * @throws CryptokiRefusal CKR_ATTRIBUTE_READ_ONLY, CKR_ATTRIBUTE_TYPE_INVALID
 */
export function requireChangeableInCopy(original: TokenObject, template: Attributes): void {
  for (const attribute of template.all) {
    const isChosen = chosenForCopies.includes(attribute.type);
    if (isChosen || matches(original.attributes, new Attributes([attribute]))) continue;
    requireChangeable(original, template, attribute.type);
  }
}

/** @throws CryptokiRefusal CKR_SESSION_READ_ONLY for an object on the token, CKR_USER_NOT_LOGGED_IN for a private one */
export function requireWritable(session: Session, object: Pick<TokenObject, 'attributes'>): void {
  const { isNeeded } = session.token.login;
  if (isOnToken({ identity: '', ...object }) && !session.isReadWrite) {
    throw new CryptokiRefusal(CKR.SESSION_READ_ONLY, 'the session is read-only');
  }
  if (isNeeded && isPrivate({ identity: '', ...object })) {
    throw new CryptokiRefusal(CKR.USER_NOT_LOGGED_IN, 'C_Login comes first');
  }
}

/** A key that is to be made: it is private unless its template says otherwise. */
export function requireKeyWritable(session: Session, template: Attributes): void {
  requireWritable(session, { attributes: new Attributes([attributeOf(CKA.PRIVATE, true)]).with(template) });
}

async function store(session: Session, object: TokenObject, template: Attributes): Promise<TokenObject> {
  const { sidecar } = session.token;
  const { storedAs, key } = object;
  const requestId = randomUUID();
  if (key === undefined && storedAs !== undefined) {
    await sidecar.call('pkcs11Objects.update', {
      id: storedAs,
      attributes: storedAttributes(object.attributes),
      requestId,
    });
    return object;
  }
  const attributes = storedAttributes(ownAttributes(object, template));
  if (storedAs !== undefined) {
    await sidecar.call('pkcs11Objects.update', { id: storedAs, attributes, requestId });
    return object;
  }
  const { record } = await sidecar.call('pkcs11Objects.create', {
    kind: 'key-attributes',
    attributes,
    requestId,
    key: object.identity.slice(0, object.identity.indexOf('/')),
  });
  return { ...object, storedAs: record.id };
}

/** What is stored of a key: that which an application may set, and whose it is. */
function ownAttributes({ attributes }: TokenObject, template: Attributes): Attributes {
  const kept = [CKA.UNIQUE_ID, ...changeableOfKeys];
  return new Attributes(attributes.all.filter(({ type }) => kept.includes(type))).with(template);
}

function requireChangeable({ attributes, key, publicKey }: TokenObject, template: Attributes, type: number): void {
  const isKey = key !== undefined || publicKey !== undefined;
  if ((isKey ? changeableOfKeys : changeableOfOthers).includes(type)) return;
  const latch = latches.get(type);
  // What is so already may be said again; EXTRACTABLE to false, SENSITIVE to true.
  if (latch !== undefined && template.boolean(type) === latch && attributes.boolean(type) === latch) return;
  if (!attributes.has(type) && attributes.ulong(CKA.CLASS) !== CKO.DATA) {
    throw new CryptokiRefusal(CKR.ATTRIBUTE_TYPE_INVALID, `no attribute 0x${type.toString(16)} in this object`);
  }
  throw new CryptokiRefusal(CKR.ATTRIBUTE_READ_ONLY, `attribute 0x${type.toString(16)} cannot be changed`);
}
