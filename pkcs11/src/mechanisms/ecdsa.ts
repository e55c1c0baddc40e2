import { p256, p384, p521 } from '@noble/curves/nist.js';
import { CKM } from '../codec/constants/mechanism-types.ts';
import { CKK } from '../codec/constants/objects.ts';
import { CKR } from '../codec/constants/return-values.ts';
import { CKF } from '../codec/constants/sessions.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import { collectedSigner, collectedVerifier } from '../operations/collected-signature.ts';
import { HashedSigner, hashedVerifier } from '../operations/hashed-signature.ts';
import {
  type Hash,
  sha1,
  sha3With224,
  sha3With256,
  sha3With384,
  sha3With512,
  sha224,
  sha256,
  sha384,
  sha512,
} from './hashes.ts';
import type { KeyUse } from './key-use.ts';
import type { Mechanism } from './mechanism.ts';
import { requireNoParameter } from './parameters.ts';

const name = 'ECDSA';

/** Named curves with uncompressed points alone. */
export const curveFlags = CKF.EC_F_P | CKF.EC_OID | CKF.EC_UNCOMPRESS;

const ellipticKeys = {
  keyTypes: [CKK.EC],
  keySizes: [256, 521],
  curveFlags,
  soleAlgorithms: [{ name }],
} as const;

/** Bytes of the order by the curve, as WebCrypto and node:crypto name it. */
const orderBytes: Readonly<Record<string, number>> = {
  'P-256': 32,
  'P-384': 48,
  'P-521': 66,
  prime256v1: 32,
  secp384r1: 48,
  secp521r1: 66,
};

/** By the bytes of the order. */
const nobleCurves = { 32: p256, 48: p384, 66: p521 } as const;

/** Longer than any digest. */
const maximumDigestBytes = 1024;

/** FIPS 186-5 section 6 with a hash. A signature is r || s. */
function hashedMechanism(type: number, hash: Hash): Mechanism {
  const { digest } = hash;
  return Object.freeze({
    ...ellipticKeys,
    type,
    sign(parameter) {
      requireNoParameter(parameter);
      return (use) => {
        const signatureBytes = 2 * orderBytesOf(use);
        const signDigest = (made: Buffer) => use.signDigest({ name }, cutToOrder(use, made));
        if (hash.name === undefined) return new HashedSigner({ signatureBytes, digest, signDigest });
        const algorithm = { name, hash: hash.name };
        const signMessage = (message: Buffer) => use.sign(algorithm, message);
        return new HashedSigner({ signatureBytes, digest, signMessage, signDigest });
      };
    },
    verify(parameter) {
      requireNoParameter(parameter);
      return (use) => hashedVerifier(digest, { key: use.publicKey, dsaEncoding: 'ieee-p1363' }, 2 * orderBytesOf(use));
    },
  } satisfies Mechanism);
}

/** Of a digest that the caller has made. */
const ready: Mechanism = Object.freeze({
  ...ellipticKeys,
  type: CKM.ECDSA,
  sign(parameter) {
    requireNoParameter(parameter);
    return (use) => {
      const sign = (digest: Buffer) => use.signDigest({ name }, cutToOrder(use, digest));
      return collectedSigner({ signatureBytes: 2 * orderBytesOf(use), maximumBytes: maximumDigestBytes, sign });
    };
  },
  verify(parameter) {
    requireNoParameter(parameter);
    return (use) => {
      const isValid = (digest: Buffer, signature: Buffer) => isSignature(use, cutToOrder(use, digest), signature);
      return collectedVerifier({ signatureBytes: 2 * orderBytesOf(use), maximumBytes: maximumDigestBytes, isValid });
    };
  },
} satisfies Mechanism);

export const ecdsaMechanisms: readonly Mechanism[] = [
  Object.freeze({
    ...ellipticKeys,
    type: CKM.EC_KEY_PAIR_GEN,
    soleAlgorithms: [],
    generates: 'pair',
  } satisfies Mechanism),
  ready,
  hashedMechanism(CKM.ECDSA_SHA1, sha1),
  hashedMechanism(CKM.ECDSA_SHA224, sha224),
  hashedMechanism(CKM.ECDSA_SHA256, sha256),
  hashedMechanism(CKM.ECDSA_SHA384, sha384),
  hashedMechanism(CKM.ECDSA_SHA512, sha512),
  hashedMechanism(CKM.ECDSA_SHA3_224, sha3With224),
  hashedMechanism(CKM.ECDSA_SHA3_256, sha3With256),
  hashedMechanism(CKM.ECDSA_SHA3_384, sha3With384),
  hashedMechanism(CKM.ECDSA_SHA3_512, sha3With512),
];

function orderBytesOf({ object: { key, publicKey } }: KeyUse): number {
  const bytes = orderBytes[key?.algorithm.namedCurve ?? publicKey?.asymmetricKeyDetails?.namedCurve ?? ''];
  if (bytes !== undefined) return bytes;
  throw new CryptokiRefusal(CKR.KEY_SIZE_RANGE, 'a curve that is not one of P-256, P-384 and P-521');
}

/** FIPS 186-5 section 6.4.1 step 2: the leftmost bits of a longer digest. */
function cutToOrder(use: KeyUse, digest: Buffer): Buffer {
  return digest.subarray(0, orderBytesOf(use));
}

/** node:crypto verifies messages alone. */
function isSignature(use: KeyUse, digest: Buffer, signature: Buffer): boolean {
  const curve = nobleCurves[orderBytesOf(use) as keyof typeof nobleCurves];
  const point = use.publicKey.export({ format: 'raw-public' });
  return curve.verify(signature, digest, point, { prehash: false, lowS: false });
}
