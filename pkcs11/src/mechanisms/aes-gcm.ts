import { CKM } from '../codec/constants/mechanism-types.ts';
import { CKR } from '../codec/constants/return-values.ts';
import type { MechanismParameter } from '../codec/mechanism-parameters.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import { collectedCipher } from '../operations/collected-cipher.ts';
import { aesKeys } from './aes-keys.ts';
import type { KeyUse } from './key-use.ts';
import type { Mechanism } from './mechanism.ts';
import { invalidParameter, requireParameter } from './parameters.ts';

/** Nothing is decrypted before the tag is checked, so all of a text is collected. */
export const aesGcm: Mechanism = Object.freeze({
  ...aesKeys,
  type: CKM.AES_GCM,
  soleAlgorithms: [{ name: 'AES-GCM' }],
  encrypt(parameter) {
    const algorithm = algorithmOf(parameter);
    return (use) =>
      collectedCipher({
        refusal: CKR.DATA_LEN_RANGE,
        isExact: true,
        outputBytes: (bytes) => bytes + algorithm.tagLength / 8,
        compute: (data) => use.encrypt(algorithm, data),
      });
  },
  decrypt(parameter) {
    const algorithm = algorithmOf(parameter);
    return (use) =>
      collectedCipher({
        refusal: CKR.ENCRYPTED_DATA_LEN_RANGE,
        isExact: true,
        outputBytes(bytes) {
          if (bytes >= algorithm.tagLength / 8) return bytes - algorithm.tagLength / 8;
          throw new CryptokiRefusal(CKR.ENCRYPTED_DATA_LEN_RANGE, `${bytes} bytes are shorter than the tag`);
        },
        compute: (data) => use.decrypt(algorithm, data, failedTag(use)),
      });
  },
  wrap(parameter) {
    const algorithm = algorithmOf(parameter);
    return () => ({ algorithm, wrappedBytes: (bytes) => bytes + algorithm.tagLength / 8 });
  },
  unwrap(parameter) {
    const algorithm = algorithmOf(parameter);
    return () => ({ algorithm });
  },
} satisfies Mechanism);

/** SP 800-38D section 5.2.1.2, as WebCrypto has them. */
const tagLengths: readonly unknown[] = [32, 64, 96, 104, 112, 120, 128];
/** What OpenSSL takes. */
const longestIvBytes = 128;

/** `ulIvBits` is not looked at: many callers leave it out. */
function algorithmOf(parameter: MechanismParameter | undefined) {
  const { iv, aad, tagBits } = requireParameter(parameter, 'CK_GCM_PARAMS');
  if (iv === null || iv.length === 0 || iv.length > longestIvBytes) throw invalidParameter('no initialization vector');
  if (!tagLengths.includes(tagBits)) throw invalidParameter(`a tag of ${tagBits} bits`);
  const additionalData = Buffer.from(aad ?? []);
  return { name: 'AES-GCM', iv: Buffer.from(iv), tagLength: Number(tagBits), additionalData };
}

/** CKR_AEAD_DECRYPT_FAILED is of PKCS#11 3.0. */
function failedTag({ token }: KeyUse): number {
  return token.version === 0 ? CKR.ENCRYPTED_DATA_INVALID : CKR.AEAD_DECRYPT_FAILED;
}
