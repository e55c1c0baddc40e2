import { constants } from 'node:crypto';
import { CKM } from '../codec/constants/mechanism-types.ts';
import { CKR } from '../codec/constants/return-values.ts';
import type { MechanismParameter } from '../codec/mechanism-parameters.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import { collectedSigner, collectedVerifier } from '../operations/collected-signature.ts';
import { HashedSigner, hashedVerifier } from '../operations/hashed-signature.ts';
import {
  hashOfMechanism,
  type SignatureHash,
  sha1,
  sha3With256,
  sha3With384,
  sha3With512,
  sha256,
  sha384,
  sha512,
} from './hashes.ts';
import type { KeyUse } from './key-use.ts';
import type { Mechanism } from './mechanism.ts';
import { invalidParameter, requireParameter } from './parameters.ts';
import { isPssEncoding } from './pss-encoding.ts';
import { modulusBits, modulusBytes, rsaKeys } from './rsa-keys.ts';
import { raised } from './rsa-signatures.ts';

const name = 'RSA-PSS';

/** What CK_RSA_PKCS_PSS_PARAMS says. */
interface PssParameters {
  readonly hash: SignatureHash;
  readonly saltBytes: number;
}

/** RSA-PSS of a message (RFC 8017 section 8.1). */
function hashedMechanism(type: number, hash: SignatureHash & { readonly name?: string }): Mechanism {
  const { digest } = hash;
  return Object.freeze({
    ...rsaKeys,
    type,
    soleAlgorithms: [{ name, hash: hash.name as string }],
    sign(parameter) {
      const parameters = parametersOf(parameter, hash);
      return (use) => {
        const algorithm = algorithmOf(use, parameters);
        return new HashedSigner({
          signatureBytes: modulusBytes(use),
          digest,
          signMessage: (message) => use.sign(algorithm, message),
          signDigest: (made) => use.signDigest(algorithm, made),
        });
      };
    },
    verify(parameter) {
      const { saltBytes } = parametersOf(parameter, hash);
      return (use) => {
        const key = { key: use.publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: saltBytes };
        return hashedVerifier(digest, key, modulusBytes(use));
      };
    },
  } satisfies Mechanism);
}

/** RSA-PSS of a digest that the caller has made. */
const ready: Mechanism = Object.freeze({
  ...rsaKeys,
  type: CKM.RSA_PKCS_PSS,
  soleAlgorithms: [{ name }],
  sign(parameter) {
    const parameters = parametersOf(parameter);
    return (use) => {
      const algorithm = algorithmOf(use, parameters);
      const sign = (digest: Buffer) => use.signDigest(algorithm, ofLength(digest, parameters.hash));
      return collectedSigner({ signatureBytes: modulusBytes(use), maximumBytes: parameters.hash.bytes, sign });
    };
  },
  verify(parameter) {
    const parameters = parametersOf(parameter);
    return (use) => {
      const isValid = (digest: Buffer, signature: Buffer) => {
        const encoded = raised(use, signature);
        const expected = { ...parameters, modulusBits: modulusBits(use) };
        return encoded !== undefined && isPssEncoding(encoded, ofLength(digest, parameters.hash), expected);
      };
      return collectedVerifier({ signatureBytes: modulusBytes(use), maximumBytes: parameters.hash.bytes, isValid });
    };
  },
} satisfies Mechanism);

export const rsaPss: readonly Mechanism[] = [
  ready,
  hashedMechanism(CKM.SHA1_RSA_PKCS_PSS, sha1),
  hashedMechanism(CKM.SHA256_RSA_PKCS_PSS, sha256),
  hashedMechanism(CKM.SHA384_RSA_PKCS_PSS, sha384),
  hashedMechanism(CKM.SHA512_RSA_PKCS_PSS, sha512),
  hashedMechanism(CKM.SHA3_256_RSA_PKCS_PSS, sha3With256),
  hashedMechanism(CKM.SHA3_384_RSA_PKCS_PSS, sha3With384),
  hashedMechanism(CKM.SHA3_512_RSA_PKCS_PSS, sha3With512),
];

/** @throws CryptokiRefusal CKR_MECHANISM_PARAM_INVALID, also for a mask of another hash: the sidecar knows one for both */
function parametersOf(parameter: MechanismParameter | undefined, expected?: SignatureHash): PssParameters {
  const { hashAlg, mgf, sLen } = requireParameter(parameter, 'CK_RSA_PKCS_PSS_PARAMS');
  const hash = hashOfMechanism(hashAlg);
  if (hash?.name === undefined) throw invalidParameter('a hash that RSA-PSS does not have here');
  if (expected !== undefined && hash !== expected) throw invalidParameter('another hash than that of the mechanism');
  if (mgf !== hash.maskFunction) throw invalidParameter('a mask of another hash');
  if (sLen > longestSalt) throw invalidParameter('a salt that is longer than any modulus');
  return { hash, saltBytes: Number(sLen) };
}

const longestSalt = rsaKeys.keySizes[1] / 8;

/** @throws CryptokiRefusal CKR_MECHANISM_PARAM_INVALID where the key is bound to another hash, or the salt does not fit */
function algorithmOf(use: KeyUse, { hash, saltBytes }: PssParameters) {
  const { multipurpose, hash: bound } = use.held.algorithm;
  if (!multipurpose && bound !== hash.name) throw invalidParameter(`the key is bound to ${bound}`);
  // RFC 8017 section 9.1.1 step 3
  if (Math.ceil((modulusBits(use) - 1) / 8) < hash.bytes + saltBytes + 2)
    throw invalidParameter('the salt is too long');
  return { name, hash: hash.name as string, saltLength: saltBytes };
}

function ofLength(digest: Buffer, { bytes }: SignatureHash): Buffer {
  if (digest.length === bytes) return digest;
  throw new CryptokiRefusal(CKR.DATA_LEN_RANGE, `a digest of ${digest.length} bytes instead of ${bytes}`);
}
