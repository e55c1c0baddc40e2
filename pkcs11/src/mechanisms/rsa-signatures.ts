import { constants, publicDecrypt, timingSafeEqual } from 'node:crypto';
import { CKM } from '../codec/constants/mechanism-types.ts';
import { CKR } from '../codec/constants/return-values.ts';
import type { MechanismParameter } from '../codec/mechanism-parameters.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import { collectedSigner, collectedVerifier } from '../operations/collected-signature.ts';
import { HashedSigner, hashedVerifier } from '../operations/hashed-signature.ts';
import type { Signer } from '../operations/signer.ts';
import {
  type SignatureHash,
  sha1,
  sha3With256,
  sha3With384,
  sha3With512,
  sha224,
  sha256,
  sha384,
  sha512,
  signatureHashes,
} from './hashes.ts';
import type { KeyUse } from './key-use.ts';
import type { Begin, Mechanism, Recover } from './mechanism.ts';
import { requireNoParameter } from './parameters.ts';
import { modulusBytes, ofModulusLength, paddingBytes, rsaKeys } from './rsa-keys.ts';

const name = 'RSASSA-PKCS1-v1_5';

/** RSASSA-PKCS1-v1_5 with a hash (RFC 8017 section 8.2). */
function hashedMechanism(type: number, hash: SignatureHash): Mechanism {
  const { digest, digestInfo } = hash;
  return Object.freeze({
    ...rsaKeys,
    type,
    soleAlgorithms: hash.name === undefined ? [] : [{ name, hash: hash.name }],
    sign(parameter) {
      requireNoParameter(parameter);
      return (use) => {
        const signatureBytes = modulusBytes(use);
        if (hash.name === undefined) {
          const signDigest = (made: Buffer) => use.signDigest({ name }, Buffer.concat([digestInfo, made]));
          return new HashedSigner({ signatureBytes, digest, signDigest });
        }
        const algorithm = { name, hash: hash.name };
        return new HashedSigner({
          signatureBytes,
          digest,
          signMessage: (message) => use.sign(algorithm, message),
          signDigest: (made) => use.signDigest(algorithm, made),
        });
      };
    },
    verify(parameter) {
      requireNoParameter(parameter);
      return (use) => hashedVerifier(digest, { key: use.publicKey }, modulusBytes(use));
    },
  } satisfies Mechanism);
}

/** What a caller has made a DigestInfo of is padded as it is. */
const padded: Mechanism = Object.freeze({
  ...rsaKeys,
  type: CKM.RSA_PKCS,
  soleAlgorithms: [{ name }],
  sign: beginPadded,
  signRecover: beginPadded,
  verify(parameter) {
    requireNoParameter(parameter);
    return (use) => {
      const signatureBytes = modulusBytes(use);
      const maximumBytes = signatureBytes - paddingBytes;
      return collectedVerifier({
        signatureBytes,
        maximumBytes,
        isValid: (data, signature) => isSame(data, unpadded(use, signature)),
      });
    };
  },
  verifyRecover: recovering(unpadded),
} satisfies Mechanism);

/** The number itself, as long as the modulus. */
const raw: Mechanism = Object.freeze({
  ...rsaKeys,
  type: CKM.RSA_X_509,
  soleAlgorithms: [],
  sign: beginRaw,
  signRecover: beginRaw,
  verify(parameter) {
    requireNoParameter(parameter);
    return (use) => {
      const signatureBytes = modulusBytes(use);
      return collectedVerifier({
        signatureBytes,
        maximumBytes: signatureBytes,
        isValid: (data, signature) => isSame(ofModulusLength(data, signatureBytes), raised(use, signature)),
      });
    };
  },
  verifyRecover: recovering(raised),
} satisfies Mechanism);

/** Signatures of RSA that are not RSA-PSS. */
export const rsaSignatures = {
  padded,
  raw,
  hashed: [
    hashedMechanism(CKM.SHA1_RSA_PKCS, sha1),
    hashedMechanism(CKM.SHA224_RSA_PKCS, sha224),
    hashedMechanism(CKM.SHA256_RSA_PKCS, sha256),
    hashedMechanism(CKM.SHA384_RSA_PKCS, sha384),
    hashedMechanism(CKM.SHA512_RSA_PKCS, sha512),
    hashedMechanism(CKM.SHA3_256_RSA_PKCS, sha3With256),
    hashedMechanism(CKM.SHA3_384_RSA_PKCS, sha3With384),
    hashedMechanism(CKM.SHA3_512_RSA_PKCS, sha3With512),
  ],
} as const;

function beginPadded(parameter: MechanismParameter | undefined): (use: KeyUse) => Signer {
  requireNoParameter(parameter);
  return (use) => {
    const signatureBytes = modulusBytes(use);
    const maximumBytes = signatureBytes - paddingBytes;
    return collectedSigner({ signatureBytes, maximumBytes, sign: (data) => signPadded(use, data) });
  };
}

function beginRaw(parameter: MechanismParameter | undefined): (use: KeyUse) => Signer {
  requireNoParameter(parameter);
  return (use) => {
    const signatureBytes = modulusBytes(use);
    const algorithm = { name: 'RSA-RAW' };
    const sign = (data: Buffer) => use.decrypt(algorithm, ofModulusLength(data, signatureBytes), CKR.DATA_INVALID);
    return collectedSigner({ signatureBytes, maximumBytes: signatureBytes, sign });
  };
}

/** A key of WebCrypto signs digests of its own hash alone: the DigestInfo must be of that. */
function signPadded(use: KeyUse, data: Buffer): Promise<Uint8Array> {
  const { multipurpose, hash: hashName } = use.held.algorithm;
  if (multipurpose) return use.signDigest({ name }, data);
  const hash = signatureHashes.find((one) => one.name === hashName);
  if (hash === undefined || !data.subarray(0, hash.digestInfo.length).equals(hash.digestInfo)) {
    throw new CryptokiRefusal(CKR.DATA_INVALID, `the key signs digests of ${hashName} alone`);
  }
  const digest = data.subarray(hash.digestInfo.length);
  if (digest.length !== hash.bytes) throw new CryptokiRefusal(CKR.DATA_LEN_RANGE, `${digest.length} bytes of digest`);
  return use.signDigest({ name, hash: hash.name as string }, digest);
}

function recovering(recover: (use: KeyUse, signature: Buffer) => Buffer | undefined): Begin<Recover> {
  return (parameter) => {
    requireNoParameter(parameter);
    return (use): Recover =>
      (signature) => {
        if (signature.length !== modulusBytes(use)) {
          throw new CryptokiRefusal(CKR.SIGNATURE_LEN_RANGE, `a signature of ${signature.length} bytes`);
        }
        const recovered = recover(use, signature);
        if (recovered === undefined) throw new CryptokiRefusal(CKR.SIGNATURE_INVALID, 'the signature has no padding');
        return recovered;
      };
  };
}

/** RSAVP1 and the padding of type 1; undefined where there is no such padding. */
function unpadded(use: KeyUse, signature: Buffer): Buffer | undefined {
  return decrypted(use, signature, constants.RSA_PKCS1_PADDING);
}

/** RSAVP1 of RFC 8017 section 5.2.2; undefined for a number above the modulus. */
export function raised(use: KeyUse, signature: Buffer): Buffer | undefined {
  return decrypted(use, signature, constants.RSA_NO_PADDING);
}

function decrypted(use: KeyUse, signature: Buffer, padding: number): Buffer | undefined {
  try {
    return publicDecrypt({ key: use.publicKey, padding }, signature);
  } catch {
    return undefined;
  }
}

function isSame(data: Buffer, recovered: Buffer | undefined): boolean {
  return recovered !== undefined && recovered.length === data.length && timingSafeEqual(recovered, data);
}
