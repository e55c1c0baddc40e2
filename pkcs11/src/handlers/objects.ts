import { randomUUID } from 'node:crypto';
import { FerroHsmError } from '@ferrohsm/sdk';
import { CKA } from '../codec/constants/attribute-types.ts';
import { CKO } from '../codec/constants/objects.ts';
import { CKR } from '../codec/constants/return-values.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import { Attributes } from '../objects/attributes.ts';
import { changeObject, requireChangeableInCopy, requireWritable } from '../objects/changes.ts';
import { createObject } from '../objects/creation.ts';
import { objectSize, readAttributeValues } from '../objects/reading.ts';
import type { TokenObject } from '../objects/token-object.ts';
import type { Session } from '../session/session.ts';
import type { CallHandlers } from './handler.ts';
import { importSecretKey } from './secret-key-import.ts';

/** Objects: those of the sidecar, and those of the session. */
export const objectHandlers: CallHandlers<
  | 'C_CreateObject'
  | 'C_CopyObject'
  | 'C_DestroyObject'
  | 'C_GetObjectSize'
  | 'C_GetAttributeValue'
  | 'C_SetAttributeValue'
> = {
  async C_CreateObject(given, { sessions }) {
    const session = sessions.get(given.session);
    const template = Attributes.ofTemplate(given.template);
    const create = template.ulong(CKA.CLASS) === CKO.SECRET_KEY ? importSecretKey : createObject;
    return { object: await create(session, template) };
  },

  async C_CopyObject(given, { sessions }) {
    const session = sessions.get(given.session);
    const original = session.token.objects.get(given.object);
    return { object: await copyObject(session, original, Attributes.ofTemplate(given.template)) };
  },

  async C_DestroyObject(given, { sessions }) {
    const session = sessions.get(given.session);
    await destroyObject(session, session.token.objects.get(given.object));
    return {};
  },

  C_GetObjectSize(given, { sessions }) {
    const { attributes } = sessions.get(given.session).token.objects.get(given.object);
    return { size: objectSize(attributes) };
  },

  C_GetAttributeValue(given, { sessions }) {
    const { attributes } = sessions.get(given.session).token.objects.get(given.object);
    return readAttributeValues(attributes, given.template);
  },

  async C_SetAttributeValue(given, { sessions }) {
    const session = sessions.get(given.session);
    const object = session.token.objects.get(given.object);
    await changeObject(session, object, Attributes.ofTemplate(given.template));
    return {};
  },
};

/** Set by the token, or of the copy alone. */
const notCopied: readonly number[] = [CKA.UNIQUE_ID];

/** A private or secret key is never copied: the copy would be a second key with the same bytes, under another name. */
async function copyObject(session: Session, original: TokenObject, template: Attributes): Promise<number> {
  if (original.key !== undefined || original.attributes.boolean(CKA.COPYABLE) === false) {
    throw new CryptokiRefusal(CKR.ACTION_PROHIBITED, 'the object cannot be copied');
  }
  requireChangeableInCopy(original, template);
  const copied = original.attributes.all.filter(({ type }) => !notCopied.includes(type));
  return createObject(session, new Attributes(copied).with(template));
}

async function destroyObject(session: Session, object: TokenObject): Promise<void> {
  requireWritable(session, object);
  const { objects } = session.token;
  if (!objects.isOfSession(object)) await destroyOnToken(session, object);
  await objects.remove(object);
}

async function destroyOnToken(session: Session, { key, identity, storedAs }: TokenObject): Promise<void> {
  const { sidecar } = session.token;
  const requestId = randomUUID();
  if (key?.id !== undefined) {
    await sidecar.call('keys.destroy', { name: key.id, requestId }).catch(refuseActive);
  } else if (identity === storedAs) {
    await sidecar.call('pkcs11Objects.remove', { id: storedAs, requestId });
  } else {
    throw new CryptokiRefusal(CKR.ACTION_PROHIBITED, 'a public key is there for as long as its private key');
  }
}

/** A key that is in use is deactivated first, by `ferrohsm key deactivate`. */
function refuseActive(error: unknown): never {
  if (!(error instanceof FerroHsmError) || error.code !== 'key_state') throw error;
  throw new CryptokiRefusal(CKR.ACTION_PROHIBITED, 'the key is active');
}
