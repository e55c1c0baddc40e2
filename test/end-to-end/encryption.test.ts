import { constants, createCipheriv, createDecipheriv, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import type { FerroHsm, KeyCreation, KeyUsage } from '@ferrohsm/sdk/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { liveSidecar } from './live-sidecar.ts';

type CipherAlgorithm = Parameters<FerroHsm['subtle']['encrypt']>[0];

interface Cipher {
  readonly name: string;
  readonly params: CipherAlgorithm;
  /** The second implementation. */
  readonly encrypt: (key: Uint8Array, plaintext: Uint8Array) => Buffer;
}

const plaintext = randomBytes(5_000);
const usages: ('encrypt' | 'decrypt')[] = ['encrypt', 'decrypt'];
const iv = randomBytes(16);
const nonce = iv.subarray(0, 12);
const additionalData = Buffer.from('header');

const ciphers: readonly Cipher[] = [
  {
    name: 'AES-GCM',
    params: { name: 'AES-GCM', iv: nonce, additionalData, tagLength: 128 },
    encrypt(key, bytes) {
      const cipher = createCipheriv(`aes-${key.length * 8}-gcm` as 'aes-256-gcm', key, nonce).setAAD(additionalData);
      return Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
    },
  },
  {
    name: 'AES-CBC',
    params: { name: 'AES-CBC', iv },
    encrypt: (key, bytes) => encryptWith(`aes-${key.length * 8}-cbc`, key, bytes),
  },
  {
    name: 'AES-CTR',
    params: { name: 'AES-CTR', counter: iv, length: 128 },
    encrypt: (key, bytes) => encryptWith(`aes-${key.length * 8}-ctr`, key, bytes),
  },
];

function encryptWith(name: string, key: Uint8Array, bytes: Uint8Array): Buffer {
  const cipher = createCipheriv(name, key, iv);
  return Buffer.concat([cipher.update(bytes), cipher.final()]);
}

const sidecar = liveSidecar();
let hsm: FerroHsm;
beforeAll(async () => {
  hsm = await sidecar.connect();
});
afterAll(() => hsm.close());

const cases = ciphers.flatMap((cipher) => [128, 192, 256].map((length) => [cipher.name, length, cipher] as const));

describe('a session key', () => {
  test.each(cases)('%s %i', async (name, length, { params, encrypt }) => {
    const secret = randomBytes(length / 8);
    const key = await hsm.subtle.importKey('raw', secret, name, false, usages);
    const ciphertext = Buffer.from(await hsm.subtle.encrypt(params, key, plaintext));
    expect(ciphertext).toEqual(encrypt(secret, plaintext));
    expect(Buffer.from(await hsm.subtle.decrypt(params, key, ciphertext))).toEqual(plaintext);
  });
});

describe('a named key', () => {
  test.each(cases)('%s %i', async (name, length, { params }) => {
    const algorithm = { name, length };
    const { secretKey } = await hsm.keys.create({ name: `named/${name.toLowerCase()}/${length}`, algorithm, usages });
    expect(secretKey).toMatchObject({ type: 'secret', extractable: false, algorithm, usages });
    const ciphertext = await hsm.subtle.encrypt(params, secretKey, plaintext);
    expect(Buffer.from(ciphertext).includes(plaintext.subarray(0, 16))).toBe(false);
    expect(Buffer.from(await hsm.subtle.decrypt(params, secretKey, ciphertext))).toEqual(plaintext);
  });
});

test('an altered AES-GCM ciphertext is an OperationError and nothing of it comes back', async () => {
  const params = { name: 'AES-GCM', iv: nonce };
  const { secretKey } = await hsm.keys.create({
    name: 'named/gcm',
    algorithm: { name: 'AES-GCM', length: 256 },
    usages,
  });
  const ciphertext = Buffer.from(await hsm.subtle.encrypt(params, secretKey, plaintext));
  ciphertext[7] = (ciphertext[7] as number) ^ 1;
  await expect(hsm.subtle.decrypt(params, secretKey, ciphertext)).rejects.toMatchObject({ name: 'OperationError' });
});

describe('RSA-OAEP', () => {
  const algorithm: KeyCreation['algorithm'] = {
    name: 'RSA-OAEP',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: 'SHA-256',
  };
  const label = Buffer.from('label');
  const message = plaintext.subarray(0, 100);

  async function check({ privateKey, publicKey }: Pick<CryptoKeyPair, 'privateKey' | 'publicKey'>): Promise<void> {
    const spki = Buffer.from(await hsm.subtle.exportKey('spki', publicKey));
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    const options = { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256', oaepLabel: label };
    const params = { name: 'RSA-OAEP', label };
    const ciphertext = publicEncrypt(options, message);
    expect(Buffer.from(await hsm.subtle.decrypt(params, privateKey, ciphertext))).toEqual(message);
    await expect(hsm.subtle.decrypt('RSA-OAEP', privateKey, ciphertext)).rejects.toMatchObject({
      name: 'OperationError',
    });
    const own = await hsm.subtle.encrypt(params, publicKey, message);
    expect(Buffer.from(await hsm.subtle.decrypt(params, privateKey, own))).toEqual(message);
  }

  test('with a named key', async () => {
    await check(await hsm.keys.create({ name: 'named/oaep', algorithm, usages }));
  });

  test('with a session key', async () => {
    await check((await hsm.subtle.generateKey(algorithm, false, usages)) as CryptoKeyPair);
  });
});

describe('AES-KW', () => {
  const wrapUsages: KeyUsage[] = ['wrapKey', 'unwrapKey'];

  test.each([128, 192, 256])('%i wraps a session key as RFC 3394 says', async (length) => {
    const secret = randomBytes(length / 8);
    const wrapping = await hsm.subtle.importKey('raw', secret, 'AES-KW', false, wrapUsages);
    const content = randomBytes(32);
    const key = await hsm.subtle.importKey('raw', content, 'AES-GCM', true, usages);
    const wrapped = Buffer.from(await hsm.subtle.wrapKey('raw', key, wrapping, 'AES-KW'));
    const oracle = createDecipheriv(`id-aes${length}-wrap`, secret, Buffer.alloc(8, 0xa6));
    expect(Buffer.concat([oracle.update(wrapped), oracle.final()])).toEqual(content);
  });

  test('with a named key, and back', async () => {
    const name = 'named/kw';
    const algorithm = { name: 'AES-KW', length: 256 };
    const { secretKey } = await hsm.keys.create({ name, algorithm, usages: wrapUsages });
    const content = randomBytes(32);
    const key = await hsm.subtle.importKey('raw', content, 'AES-CTR', true, usages);
    const wrapped = await hsm.subtle.wrapKey('raw', key, secretKey, 'AES-KW');
    const back = await hsm.subtle.unwrapKey('raw', wrapped, secretKey, 'AES-KW', 'AES-CTR', false, usages);
    const params = { name: 'AES-CTR', counter: iv, length: 128 };
    const ciphertext = Buffer.from(await hsm.subtle.encrypt(params, back, plaintext));
    expect(ciphertext).toEqual(encryptWith('aes-256-ctr', content, plaintext));
  });
});
