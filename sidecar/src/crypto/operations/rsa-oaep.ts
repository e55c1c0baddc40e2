import { constants, type PublicEncryptKeyObjectInput, privateDecrypt, publicEncrypt } from 'node:crypto';
import { SidecarError } from '../../errors.ts';
import type { Algorithm } from '../../generated/types.ts';
import type { LoadedKey } from '../key.ts';
import { chosenHash } from './chosen-hash.ts';
import { type CipherScheme, rsaKeys } from './cipher-scheme.ts';
import { decodeOaep, encodeOaep, type OaepHashes } from './eme-oaep.ts';
import { hashOf } from './hash-name.ts';
import { firstPart } from './key-part.ts';
import { attempt } from './refusal.ts';
import { modulusBytes } from './rsa-modulus.ts';
import { rsaRaw } from './rsa-raw.ts';

/** RFC 8017 section 7.1; MGF1 uses the hash of the label, unless a general-purpose key is told another. */
export const rsaOaep: CipherScheme = Object.freeze({
  ...rsaKeys,
  encrypt(algorithm, key, data) {
    const hashes = differentHashes(algorithm, key);
    if (hashes === undefined)
      return attempt('RSA-OAEP encryption', () => publicEncrypt(optionsOf(algorithm, key), data));
    const encoded = encodeOaep(hashes, labelOf(algorithm), data, modulusBytes(key));
    try {
      return rsaRaw.encrypt(algorithm, key, encoded);
    } finally {
      encoded.fill(0);
    }
  },
  decrypt(algorithm, key, data) {
    const hashes = differentHashes(algorithm, key);
    if (hashes === undefined)
      return attempt('RSA-OAEP decryption', () => privateDecrypt(optionsOf(algorithm, key), data));
    return decodeOaep(hashes, labelOf(algorithm), rsaRaw.decrypt(algorithm, key, data) as Buffer);
  },
} satisfies CipherScheme);

function optionsOf(algorithm: Algorithm, key: LoadedKey): PublicEncryptKeyObjectInput {
  const { label } = algorithm;
  return {
    key: firstPart(key),
    padding: constants.RSA_PKCS1_OAEP_PADDING,
    oaepHash: chosenHash(algorithm, key).digest,
    ...(label !== undefined && { oaepLabel: label }),
  };
}

/** What node:crypto cannot do: undefined where one hash serves for both. */
function differentHashes(algorithm: Algorithm, key: LoadedKey): OaepHashes | undefined {
  const { mgfHash } = algorithm;
  if (mgfHash === undefined) return undefined;
  if (!key.algorithm.multipurpose) throw new SidecarError('access_invalid', 'mgfHash takes a general-purpose key');
  const hashes = { label: chosenHash(algorithm, key), mask: hashOf(mgfHash) };
  return hashes.label === hashes.mask ? undefined : hashes;
}

function labelOf({ label = new Uint8Array() }: Algorithm): Uint8Array {
  return label;
}
