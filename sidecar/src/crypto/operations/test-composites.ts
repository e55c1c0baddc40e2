import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  webcrypto,
} from 'node:crypto';
import { ed448 } from '@noble/curves/ed448.js';
import { ed25519 } from '@noble/curves/ed25519.js';
import { brainpoolP256r1 } from '@noble/curves/misc.js';
import { p521 } from '@noble/curves/nist.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { shake256 } from '@noble/hashes/sha3.js';
import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js';
import type { LoadedKey } from '../key.ts';

/** The classical half of a composite by a second implementation, beside the KeyObjects that the code under test takes. */
export interface ClassicalOracle {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  sign(message: Uint8Array): Promise<Uint8Array> | Uint8Array;
  verify(signature: Uint8Array, message: Uint8Array): Promise<boolean> | boolean;
}

/** A composite key pair with what the draft says of its algorithm, written down a second time. */
export interface CompositeOracle {
  readonly name: string;
  readonly mlDsaBytes: number;
  readonly privateKey: LoadedKey;
  readonly publicKey: LoadedKey;
  readonly classical: ClassicalOracle;
  /** M' of the draft. */
  representative(data: Uint8Array, context: Uint8Array, label?: string): Buffer;
  signMlDsa(message: Uint8Array, context?: Uint8Array): Uint8Array;
  verifyMlDsa(signature: Uint8Array, message: Uint8Array, context: Uint8Array): boolean;
}

const mlDsaSets = { 44: ml_dsa44, 65: ml_dsa65, 87: ml_dsa87 };
const prehashes = {
  SHA256: sha256,
  SHA512: sha512,
  SHAKE256: (data: Uint8Array) => shake256(data, { dkLen: 64 }),
};

export function compositeOracle(name: string, label: string, classical: ClassicalOracle): CompositeOracle {
  const set = /^MLDSA(\d\d)/.exec(name)?.[1] as '44' | '65' | '87';
  const prehash = prehashes[name.slice(name.lastIndexOf('-') + 1) as keyof typeof prehashes];
  const mlDsa = mlDsaSets[set];
  const seed = randomBytes(32);
  const { publicKey, secretKey } = mlDsa.keygen(seed);
  const asymmetricKeyType = `ml-dsa-${set}`;
  return {
    name,
    classical,
    mlDsaBytes: mlDsa.lengths.signature as number,
    privateKey: loaded('private', name, [
      createPrivateKey({ key: seed, format: 'raw-seed', asymmetricKeyType } as never),
      classical.privateKey,
    ]),
    publicKey: loaded('public', name, [
      createPublicKey({ key: Buffer.from(publicKey), format: 'raw-public', asymmetricKeyType } as never),
      classical.publicKey,
    ]),
    representative: (data, context, used = label) =>
      Buffer.concat([
        Buffer.from('CompositeAlgorithmSignatures2025'),
        Buffer.from(used),
        Buffer.of(context.length),
        context,
        prehash(data),
      ]),
    signMlDsa: (message, context) => mlDsa.sign(message, secretKey, context && { context }),
    verifyMlDsa: (signature, message, context) => mlDsa.verify(signature, message, publicKey, { context }),
  };
}

function loaded(type: 'private' | 'public', name: string, parts: LoadedKey['parts']): LoadedKey {
  return { type, algorithm: { name }, extractable: true, usages: [], parts };
}

export function edwardsOracle(asymmetricKeyType: 'ed25519' | 'ed448'): ClassicalOracle {
  const curve = { ed25519, ed448 }[asymmetricKeyType];
  const { secretKey, publicKey } = curve.keygen();
  return {
    privateKey: rawPrivate(secretKey, { asymmetricKeyType }),
    publicKey: rawPublic(publicKey, { asymmetricKeyType }),
    sign: (message) => curve.sign(message, secretKey),
    verify: (signature, message) => curve.verify(signature, message, publicKey),
  };
}

/** Signatures as DER, like the draft's; OpenSSL makes large s too. */
export function ellipticOracle(namedCurve: 'P-521' | 'brainpoolP256r1'): ClassicalOracle {
  const curve = { 'P-521': p521, brainpoolP256r1 }[namedCurve];
  const secretKey = curve.utils.randomSecretKey();
  const publicKey = curve.getPublicKey(secretKey, false);
  const form = { format: 'der', lowS: false } as const;
  return {
    privateKey: rawPrivate(secretKey, { asymmetricKeyType: 'ec', namedCurve }),
    publicKey: rawPublic(publicKey, { asymmetricKeyType: 'ec', namedCurve }),
    sign: (message) => curve.sign(message, secretKey, form),
    verify: (signature, message) => curve.verify(signature, message, publicKey, form),
  };
}

/** By native WebCrypto, with SHA-256. */
export function rsaOracle(
  name: 'RSA-PSS' | 'RSASSA-PKCS1-v1_5',
  modulusLength: number,
  saltLength: number,
): ClassicalOracle {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
  const native = (key: KeyObject, usage: 'sign' | 'verify') =>
    key.toCryptoKey({ name, hash: 'SHA-256' }, false, [usage] as never);
  const algorithm = { name, saltLength };
  const { subtle } = webcrypto;
  return {
    privateKey,
    publicKey,
    sign: async (message) => new Uint8Array(await subtle.sign(algorithm, native(privateKey, 'sign'), bytes(message))),
    verify: (signature, message) =>
      subtle.verify(algorithm, native(publicKey, 'verify'), bytes(signature), bytes(message)),
  };
}

/** Memory of its own, as Node's types want it. */
function bytes(data: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(data);
}

function rawPrivate(key: Uint8Array, type: object): KeyObject {
  return createPrivateKey({ key: Buffer.from(key), format: 'raw-private', ...type } as never);
}

function rawPublic(key: Uint8Array, type: object): KeyObject {
  return createPublicKey({ key: Buffer.from(key), format: 'raw-public', ...type } as never);
}
