import {
  createCipheriv,
  decapsulate,
  encapsulate,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import { promisify } from 'node:util';
import type { FerroHsm } from '@ferrohsm/sdk/node';

/** The same operation in the sidecar and in this process, ready to be called again and again. */
export interface Contest {
  readonly sidecar: () => Promise<unknown>;
  readonly peer: () => unknown;
}

/** One line of the table. */
export interface Operation {
  readonly name: string;
  /** What does it in this process: asynchronous where node:crypto can. */
  readonly peerName: string;
  readonly isLarge: boolean;
  prepare(hsm: FerroHsm): Promise<Contest>;
}

const inThreadPool = 'node:crypto in the thread pool';
const onMainThread = 'node:crypto, synchronous';

const signAsync = promisify(sign) as (
  hash: string | null,
  data: Uint8Array,
  key: { key: KeyObject; dsaEncoding?: 'ieee-p1363' },
) => Promise<Buffer>;
const decapsulateAsync = promisify(decapsulate) as (key: KeyObject, ciphertext: Uint8Array) => Promise<Buffer>;

const message = randomBytes(32);
const kibi = 1024;

export const operations: readonly Operation[] = Object.freeze([
  { name: 'ECDSA P-256 sign', peerName: inThreadPool, isLarge: false, prepare: prepareEcdsa },
  { name: 'ML-DSA-65 sign', peerName: inThreadPool, isLarge: false, prepare: prepareMlDsa },
  { name: 'ML-KEM-768 decapsulate', peerName: inThreadPool, isLarge: false, prepare: prepareMlKem },
  encryption('AES-256-GCM encrypt 1 KiB', kibi),
  encryption('AES-256-GCM encrypt 64 KiB', 64 * kibi),
  encryption('AES-256-GCM encrypt 1 MiB', kibi * kibi),
]);

async function prepareEcdsa({ keys, subtle }: FerroHsm): Promise<Contest> {
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
  const creation = { name: 'bench/ecdsa', algorithm: { name: 'ECDSA', namedCurve: 'P-256' } } as const;
  const key = privateKeyOf(await keys.create({ ...creation, usages: ['sign', 'verify'] }));
  const local = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  return {
    sidecar: () => subtle.sign(algorithm, key, message),
    peer: () => signAsync('sha256', message, { key: local, dsaEncoding: 'ieee-p1363' }),
  };
}

async function prepareMlDsa({ keys, subtle }: FerroHsm): Promise<Contest> {
  const algorithm = 'ML-DSA-65';
  const key = privateKeyOf(await keys.create({ name: 'bench/ml-dsa', algorithm, usages: ['sign', 'verify'] }));
  const local = generateKeyPairSync('ml-dsa-65').privateKey;
  return {
    sidecar: () => subtle.sign(algorithm, key, message),
    peer: () => signAsync(null, message, { key: local }),
  };
}

async function prepareMlKem({ keys, subtle }: FerroHsm): Promise<Contest> {
  const algorithm = 'ML-KEM-768';
  const named = await keys.create({
    name: 'bench/ml-kem',
    algorithm,
    usages: ['encapsulateBits', 'decapsulateBits'],
  });
  const key = privateKeyOf(named);
  const { ciphertext } = await subtle.encapsulateBits(algorithm, named.publicKey as CryptoKey);
  const local = generateKeyPairSync('ml-kem-768');
  const localCiphertext = encapsulate(local.publicKey).ciphertext;
  return {
    sidecar: () => subtle.decapsulateBits(algorithm, key, ciphertext),
    peer: () => decapsulateAsync(local.privateKey, localCiphertext),
  };
}

function encryption(name: string, bytes: number): Operation {
  async function prepare({ keys, subtle }: FerroHsm): Promise<Contest> {
    const creation = { name: `bench/aes-${bytes}`, algorithm: { name: 'AES-GCM', length: 256 } } as const;
    const { secretKey } = await keys.create({ ...creation, usages: ['encrypt', 'decrypt'] });
    if (secretKey === undefined) throw new Error('not a secret key');
    const iv = randomBytes(12);
    const algorithm = { name: 'AES-GCM', iv };
    const plaintext = randomBytes(bytes);
    const localKey = randomBytes(32);
    return {
      sidecar: () => subtle.encrypt(algorithm, secretKey, plaintext),
      peer: () => {
        const cipher = createCipheriv('aes-256-gcm', localKey, iv);
        return [cipher.update(plaintext), cipher.final(), cipher.getAuthTag()];
      },
    };
  }
  return { name, peerName: onMainThread, isLarge: bytes > kibi, prepare };
}

function privateKeyOf({ privateKey }: { readonly privateKey?: CryptoKey }): CryptoKey {
  if (privateKey === undefined) throw new Error('not a private key');
  return privateKey;
}
