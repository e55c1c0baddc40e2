import { constants, privateEncrypt } from 'node:crypto';
import { SidecarError } from '../../errors.ts';
import type { Algorithm } from '../../generated/types.ts';
import type { LoadedKey } from '../key.ts';
import { chosenHashName } from './chosen-hash.ts';
import { encodePss } from './emsa-pss.ts';
import { type Hash, hashOf } from './hash-name.ts';
import { firstPart } from './key-part.ts';
import { attempt, required } from './refusal.ts';
import { modulusBits } from './rsa-modulus.ts';
import { asymmetricKeys, type DigestScheme } from './signature-scheme.ts';
import { joinUnpooled } from './unpooled.ts';

// node:crypto signs messages alone: the encoding of RFC 8017 section 9 is made here, the private key operation is its own.

/**
 * RFC 8017 section 8.2 from step 2 of EMSA-PKCS1-v1_5-ENCODE on; from step 3 on with a general-purpose key that is told
 * no hash, for callers that make the DigestInfo themselves.
 */
export const rsaPkcs1Digest: DigestScheme = Object.freeze({
  signingKey: asymmetricKeys.signingKey,
  sign(algorithm, key, digest) {
    const encoded = isReady(algorithm, key)
      ? joinUnpooled(digest)
      : joinUnpooled(Buffer.from(hashOfDigest(algorithm, key, digest).digestInfo, 'hex'), digest);
    return raised('RSASSA-PKCS1-v1_5', key, encoded, constants.RSA_PKCS1_PADDING);
  },
} satisfies DigestScheme);

/** RFC 8017 section 8.1 from step 3 of EMSA-PSS-ENCODE on. */
export const rsaPssDigest: DigestScheme = Object.freeze({
  signingKey: asymmetricKeys.signingKey,
  sign(algorithm, key, digest) {
    const hash = hashOfDigest(algorithm, key, digest);
    const saltBytes = required(algorithm.saltLength, 'saltLength');
    const encoded = encodePss(hash, digest, saltBytes, modulusBits(key));
    return raised('RSA-PSS', key, encoded, constants.RSA_NO_PADDING);
  },
} satisfies DigestScheme);

/** The private key operation (RSASP1); wipes what it is given. */
function raised(operation: string, key: LoadedKey, encoded: Buffer, padding: number): Uint8Array {
  try {
    return attempt(operation, () => privateEncrypt({ key: firstPart(key), padding }, encoded));
  } finally {
    encoded.fill(0);
  }
}

function isReady({ hash }: Algorithm, { algorithm }: LoadedKey): boolean {
  return algorithm.multipurpose === true && hash === undefined;
}

/** @throws SidecarError `data_invalid` for a digest that is not of the length of its hash */
function hashOfDigest(algorithm: Algorithm, key: LoadedKey, digest: Uint8Array): Hash {
  const name = chosenHashName(algorithm, key);
  const hash = hashOf(name);
  if (digest.length === hash.bytes) return hash;
  throw new SidecarError('data_invalid', `a digest of ${digest.length} bytes, ${name} makes ${hash.bytes}`);
}
