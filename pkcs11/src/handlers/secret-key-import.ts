import { CKA } from '../codec/constants/attribute-types.ts';
import { CKR } from '../codec/constants/return-values.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import { sessionKeyHolder } from '../generation/session-key-holder.ts';
import type { Attributes } from '../objects/attributes.ts';
import { releaseBytes } from '../released-bytes.ts';
import type { Session } from '../session/session.ts';
import { type WantedSecretKey, wantedSecretKey } from './key-template.ts';

/** What a template may say of a key that comes with its value (PKCS#11 3.1 section 4.10). */
const allowed: readonly number[] = [
  ...[CKA.CLASS, CKA.KEY_TYPE, CKA.TOKEN, CKA.PRIVATE, CKA.LABEL, CKA.ID, CKA.START_DATE, CKA.END_DATE],
  ...[CKA.MODIFIABLE, CKA.COPYABLE, CKA.DESTROYABLE, CKA.SENSITIVE, CKA.EXTRACTABLE, CKA.VALUE, CKA.VALUE_LEN],
  ...[CKA.ENCRYPT, CKA.DECRYPT, CKA.SIGN, CKA.VERIFY, CKA.WRAP, CKA.UNWRAP, CKA.DERIVE],
];

/**
 * C_CreateObject of a secret key: a key of the session, as WebCrypto's importKey makes it. What is to stay comes in by
 * `ferrohsm key import`, which other people approve.
 *
 * @returns the handle
 * @throws CryptokiRefusal CKR_TEMPLATE_INCOMPLETE, CKR_TEMPLATE_INCONSISTENT for a key of the token or of a type that is
 *   not served, CKR_ATTRIBUTE_TYPE_INVALID, CKR_ATTRIBUTE_VALUE_INVALID for a value of the wrong length,
 *   CKR_USER_NOT_LOGGED_IN
 */
export async function importSecretKey(session: Session, template: Attributes): Promise<number> {
  const keyData = template.bytes(CKA.VALUE);
  if (keyData === undefined) throw new CryptokiRefusal(CKR.TEMPLATE_INCOMPLETE, 'no CKA_VALUE');
  try {
    requireAllowed(template);
    const wanted = wantedSecretKey(template);
    requireLength(keyData, wanted);
    const holder = sessionKeyHolder(session, template);
    const { key } = await holder.call('subtle.importKey', {
      format: 'raw-secret',
      keyData,
      algorithm: { ...wanted.algorithm, length: keyData.length * 8 },
      extractable: wanted.isExtractable,
      usages: [...wanted.usages],
    });
    return session.token.objects.addSessionKey(session, key, template, { holder });
  } finally {
    releaseBytes(keyData);
  }
}

function requireAllowed({ types }: Attributes): void {
  const strange = types.find((type) => !allowed.includes(type));
  if (strange === undefined) return;
  throw new CryptokiRefusal(CKR.ATTRIBUTE_TYPE_INVALID, `no attribute 0x${strange.toString(16)} in a key with a value`);
}

function requireLength(value: Buffer, { length = value.length, lengths }: WantedSecretKey): void {
  const isPossible = lengths === undefined ? value.length > 0 : lengths.includes(value.length);
  if (isPossible && length === value.length) return;
  throw new CryptokiRefusal(CKR.ATTRIBUTE_VALUE_INVALID, `no such key has ${value.length} bytes`);
}
