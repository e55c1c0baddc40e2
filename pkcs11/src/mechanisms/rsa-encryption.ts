import { constants, publicEncrypt } from 'node:crypto';
import { CKM } from '../codec/constants/mechanism-types.ts';
import { CKZ } from '../codec/constants/parameters.ts';
import { CKR } from '../codec/constants/return-values.ts';
import type { MechanismParameter } from '../codec/mechanism-parameters.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import type { Cipher } from '../operations/cipher.ts';
import { collectedCipher } from '../operations/collected-cipher.ts';
import { hashOfMask, hashOfMechanism } from './hashes.ts';
import type { KeyUse } from './key-use.ts';
import type { Mechanism } from './mechanism.ts';
import { type OaepHashes, oaepEncoding } from './oaep-encoding.ts';
import { invalidParameter, requireNoParameter, requireParameter } from './parameters.ts';
import { modulusBytes, ofModulusLength, paddingBytes, rsaKeys } from './rsa-keys.ts';
import { rsaSignatures } from './rsa-signatures.ts';

/** What CK_RSA_PKCS_OAEP_PARAMS says. */
interface OaepParameters extends OaepHashes {
  readonly label: Buffer;
}

const padded: Mechanism = Object.freeze({
  ...rsaSignatures.padded,
  encrypt(parameter) {
    requireNoParameter(parameter);
    return (use) => {
      const { publicKey: key } = use;
      const compute = (data: Buffer) => publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, data);
      return encrypting(use, modulusBytes(use) - paddingBytes, compute);
    };
  },
  decrypt(parameter) {
    requireNoParameter(parameter);
    return (use) => decrypting(use, modulusBytes(use) - paddingBytes, { name: 'RSAES-PKCS1-v1_5' });
  },
} satisfies Mechanism);

const raw: Mechanism = Object.freeze({
  ...rsaSignatures.raw,
  encrypt(parameter) {
    requireNoParameter(parameter);
    return (use) => {
      const bytes = modulusBytes(use);
      return encrypting(use, bytes, (data) => raise(use, ofModulusLength(data, bytes)));
    };
  },
  decrypt(parameter) {
    requireNoParameter(parameter);
    return (use) => decrypting(use, modulusBytes(use), { name: 'RSA-RAW' });
  },
} satisfies Mechanism);

const oaep: Mechanism = Object.freeze({
  ...rsaKeys,
  type: CKM.RSA_PKCS_OAEP,
  soleAlgorithms: [{ name: 'RSA-OAEP' }],
  encrypt(parameter) {
    const parameters = parametersOf(parameter);
    return (use) => {
      requireSameHash(use, parameters);
      return encrypting(use, longestMessage(use, parameters), (data) => encryptOaep(use, parameters, data));
    };
  },
  decrypt(parameter) {
    const parameters = parametersOf(parameter);
    return (use) => {
      requireSameHash(use, parameters);
      return decrypting(use, longestMessage(use, parameters), algorithmOf(parameters));
    };
  },
  wrap(parameter) {
    const parameters = parametersOf(parameter);
    return (use) => ({ algorithm: algorithmOf(parameters), wrappedBytes: () => modulusBytes(use) });
  },
  unwrap(parameter) {
    const parameters = parametersOf(parameter);
    return (use) => {
      requireSameHash(use, parameters);
      return { algorithm: algorithmOf(parameters) };
    };
  },
} satisfies Mechanism);

/** RSA, encryption and what shares its mechanisms. */
export const rsaMechanisms: readonly Mechanism[] = [
  Object.freeze({
    ...rsaKeys,
    type: CKM.RSA_PKCS_KEY_PAIR_GEN,
    soleAlgorithms: [],
    generates: 'pair',
  } satisfies Mechanism),
  padded,
  raw,
  ...rsaSignatures.hashed,
  oaep,
];

function encrypting(use: KeyUse, maximumBytes: number, encrypt: (data: Buffer) => Buffer): Cipher {
  const outputBytes = () => modulusBytes(use);
  const compute = (data: Buffer) => {
    try {
      return encrypt(data);
    } catch {
      // A number above the modulus: all else was looked at before.
      throw new CryptokiRefusal(CKR.DATA_INVALID, 'the data is not below the modulus');
    }
  };
  return collectedCipher({ maximumBytes, refusal: CKR.DATA_LEN_RANGE, isExact: true, outputBytes, compute });
}

function decrypting(use: KeyUse, longest: number, algorithm: Parameters<KeyUse['decrypt']>[0]): Cipher {
  const maximumBytes = modulusBytes(use);
  return collectedCipher({
    maximumBytes,
    refusal: CKR.ENCRYPTED_DATA_LEN_RANGE,
    isExact: algorithm.name === 'RSA-RAW',
    outputBytes(inputBytes) {
      if (inputBytes === maximumBytes) return longest;
      throw new CryptokiRefusal(CKR.ENCRYPTED_DATA_LEN_RANGE, `${inputBytes} bytes, the modulus has ${maximumBytes}`);
    },
    compute: (data) => use.decrypt(algorithm, data),
  });
}

/** @throws CryptokiRefusal CKR_MECHANISM_PARAM_INVALID */
function parametersOf(parameter: MechanismParameter | undefined): OaepParameters {
  const { hashAlg, mgf, source, sourceData } = requireParameter(parameter, 'CK_RSA_PKCS_OAEP_PARAMS');
  const hash = hashOfMechanism(hashAlg);
  const mask = hashOfMask(mgf);
  if (hash?.name === undefined || mask?.name === undefined) throw invalidParameter('a hash that RSA-OAEP has not here');
  // Callers that name no label say 0 for its source as well.
  if (source !== CKZ.DATA_SPECIFIED && sourceData !== null) throw invalidParameter('a label from elsewhere');
  return { hash, mask, label: Buffer.from(sourceData ?? []) };
}

function algorithmOf({ hash, mask, label }: OaepParameters) {
  return {
    name: 'RSA-OAEP',
    hash: hash.name as string,
    ...(mask !== hash && { mgfHash: mask.name as string }),
    ...(label.length > 0 && { label }),
  };
}

/** A key of WebCrypto is bound to one hash for label and mask. */
function requireSameHash({ object }: KeyUse, { hash, mask }: OaepParameters): void {
  const algorithm = object.key?.algorithm;
  if (algorithm === undefined || algorithm.multipurpose) return;
  if (algorithm.hash !== hash.name || mask !== hash) throw invalidParameter(`the key is bound to ${algorithm.hash}`);
}

/** RFC 8017 section 7.1.1 step 1 b */
function longestMessage(use: KeyUse, { hash }: OaepParameters): number {
  const bytes = modulusBytes(use) - 2 * hash.bytes - 2;
  if (bytes < 0) throw new CryptokiRefusal(CKR.KEY_SIZE_RANGE, 'the modulus is too short for the hash');
  return bytes;
}

function encryptOaep(use: KeyUse, { hash, mask, label }: OaepParameters, data: Buffer): Buffer {
  if (mask === hash) {
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    return publicEncrypt({ key: use.publicKey, padding, oaepHash: hash.digest, oaepLabel: label }, data);
  }
  const encoded = oaepEncoding({ hash, mask }, label, data, modulusBytes(use));
  try {
    return raise(use, encoded);
  } finally {
    encoded.fill(0);
  }
}

function raise({ publicKey: key }: KeyUse, data: Buffer): Buffer {
  return publicEncrypt({ key, padding: constants.RSA_NO_PADDING }, data);
}
