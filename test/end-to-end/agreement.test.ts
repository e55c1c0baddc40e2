import {
  createCipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  pbkdf2Sync,
  randomBytes,
} from 'node:crypto';
import type { FerroHsm, KeyCreation, KeyUsage } from '@ferrohsm/sdk/node';
import { ml_kem512, ml_kem768, ml_kem1024 } from '@noble/post-quantum/ml-kem.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { liveSidecar } from './live-sidecar.ts';

const sidecar = liveSidecar();
let hsm: FerroHsm;
beforeAll(async () => {
  hsm = await sidecar.connect();
});
afterAll(() => hsm.close());

type Pair = Pick<CryptoKeyPair, 'privateKey' | 'publicKey'>;
const iv = randomBytes(16);
const ctr = { name: 'AES-CTR', counter: iv, length: 128 };

function encryptNatively(key: Uint8Array, data: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-256-ctr', key, iv);
  return Buffer.concat([cipher.update(data), cipher.final()]);
}

describe('key encapsulation', () => {
  const usages: KeyUsage[] = ['encapsulateKey', 'encapsulateBits', 'decapsulateKey', 'decapsulateBits'];
  const noble = { 'ML-KEM-512': ml_kem512, 'ML-KEM-768': ml_kem768, 'ML-KEM-1024': ml_kem1024 };
  const hybrids = ['MLKEM768-X25519', 'MLKEM768-P256', 'MLKEM1024-P384'] as const;

  interface Encapsulated {
    readonly ciphertext: Uint8Array;
    readonly sharedSecret: Uint8Array;
  }

  /** What a stranger does who has the public key and another implementation. */
  async function encapsulate(algorithm: string, raw: Uint8Array): Promise<Encapsulated> {
    if (algorithm in noble) {
      const { cipherText, sharedSecret } = noble[algorithm as keyof typeof noble].encapsulate(raw);
      return { ciphertext: cipherText, sharedSecret };
    }
    // The types of the DOM do not know the Modern Algorithms draft.
    const native = crypto.subtle as unknown as FerroHsm['subtle'];
    const key = await native.importKey('raw-public', Buffer.from(raw), algorithm, true, ['encapsulateBits']);
    const { ciphertext, sharedKey } = await native.encapsulateBits(algorithm, key);
    return { ciphertext: new Uint8Array(ciphertext), sharedSecret: new Uint8Array(sharedKey) };
  }

  async function check(algorithm: string, { privateKey, publicKey }: Pair): Promise<void> {
    const raw = new Uint8Array(await hsm.subtle.exportKey('raw-public', publicKey));
    const { ciphertext, sharedSecret } = await encapsulate(algorithm, raw);
    const bits = await hsm.subtle.decapsulateBits(algorithm, privateKey, Buffer.from(ciphertext));
    expect(new Uint8Array(bits)).toEqual(sharedSecret);

    const params = ['AES-CTR', false, ['encrypt']] as const;
    const key = await hsm.subtle.decapsulateKey(algorithm, privateKey, Buffer.from(ciphertext), ...params);
    expect(key.extractable).toBe(false);
    const encrypted = Buffer.from(await hsm.subtle.encrypt(ctr, key, raw));
    expect(encrypted).toEqual(encryptNatively(sharedSecret, raw));

    const own = await hsm.subtle.encapsulateBits(algorithm, publicKey);
    expect(await hsm.subtle.decapsulateBits(algorithm, privateKey, own.ciphertext)).toEqual(own.sharedKey);
  }

  test.each([...Object.keys(noble), ...hybrids])('%s with a named key', async (algorithm) => {
    await check(algorithm, await hsm.keys.create({ name: `named/${algorithm.toLowerCase()}`, algorithm, usages }));
  });

  test.each([...Object.keys(noble), ...hybrids])('%s with a session key', async (algorithm) => {
    await check(algorithm, (await hsm.subtle.generateKey(algorithm, false, usages)) as CryptoKeyPair);
  });

  test.each([...Object.keys(noble), ...hybrids])('%s in the sidecar, opened outside', async (algorithm) => {
    await using remote = await sidecar.connect({ publicKeys: 'remote' });
    const native = crypto.subtle as unknown as FerroHsm['subtle'];
    const pair = (await native.generateKey(algorithm, true, ['encapsulateBits', 'decapsulateBits'])) as CryptoKeyPair;
    const raw = await native.exportKey('raw-public', pair.publicKey);
    const key = await remote.subtle.importKey('raw-public', raw, algorithm, true, ['encapsulateBits']);
    const { ciphertext, sharedKey } = await remote.subtle.encapsulateBits(algorithm, key);
    expect(await native.decapsulateBits(algorithm, pair.privateKey, ciphertext)).toEqual(sharedKey);
  });
});

describe('key agreement', () => {
  const usages: KeyUsage[] = ['deriveBits', 'deriveKey'];
  const curves: readonly [string, KeyCreation['algorithm'], number][] = [
    ['P-256', { name: 'ECDH', namedCurve: 'P-256' }, 256],
    ['P-384', { name: 'ECDH', namedCurve: 'P-384' }, 384],
    ['P-521', { name: 'ECDH', namedCurve: 'P-521' }, 528],
    ['X25519', 'X25519', 256],
  ];

  /** A peer that lives in another implementation. */
  function peerOf(curve: string) {
    if (curve === 'X25519') return generateKeyPairSync('x25519');
    return generateKeyPairSync('ec', { namedCurve: curve });
  }

  async function check(curve: string, algorithm: KeyCreation['algorithm'], bits: number, own: Pair): Promise<void> {
    const peer = peerOf(curve);
    const spki = peer.publicKey.export({ type: 'spki', format: 'der' });
    const peerKey = await hsm.subtle.importKey('spki', spki, algorithm as EcKeyImportParams, true, []);
    const name = typeof algorithm === 'string' ? algorithm : algorithm.name;
    const params = { name, public: peerKey };
    const ownSpki = Buffer.from(await hsm.subtle.exportKey('spki', own.publicKey));
    const publicKey = createPublicKey({ key: ownSpki, format: 'der', type: 'spki' });
    const secret = diffieHellman({ privateKey: peer.privateKey, publicKey });
    expect(Buffer.from(await hsm.subtle.deriveBits(params, own.privateKey, bits))).toEqual(secret);

    const aes = { name: 'AES-CTR', length: 256 };
    const key = await hsm.subtle.deriveKey(params, own.privateKey, aes, false, ['encrypt']);
    const encrypted = Buffer.from(await hsm.subtle.encrypt(ctr, key, spki));
    expect(encrypted).toEqual(encryptNatively(secret.subarray(0, 32), spki));
  }

  test.each(curves)('%s with a named key', async (curve, algorithm, bits) => {
    const name = `named/${curve.toLowerCase()}`;
    await check(curve, algorithm, bits, await hsm.keys.create({ name, algorithm, usages }));
  });

  test.each(curves)('%s with a session key', async (curve, algorithm, bits) => {
    await check(curve, algorithm, bits, (await hsm.subtle.generateKey(algorithm, false, usages)) as CryptoKeyPair);
  });
});

describe('key derivation', () => {
  const salt = randomBytes(16);
  const info = Buffer.from('info');

  test.each(['SHA-256', 'SHA-384', 'SHA-512'])('HKDF with %s', async (hash) => {
    const secret = randomBytes(32);
    const key = await hsm.subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits']);
    const bits = await hsm.subtle.deriveBits({ name: 'HKDF', hash, salt, info }, key, 512);
    expect(bits).toEqual(hkdfSync(hash.replace('-', ''), secret, salt, info, 64));
  });

  test.each(['SHA-1', 'SHA-256', 'SHA-512'])('PBKDF2 with %s', async (hash) => {
    const secret = Buffer.from('correct horse battery staple');
    const key = await hsm.subtle.importKey('raw', secret, 'PBKDF2', false, ['deriveBits']);
    const bits = await hsm.subtle.deriveBits({ name: 'PBKDF2', hash, salt, iterations: 1000 }, key, 256);
    expect(Buffer.from(bits)).toEqual(pbkdf2Sync(secret, salt, 1000, 32, hash.replace('-', '')));
  });
});
