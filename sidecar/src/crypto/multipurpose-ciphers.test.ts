import { execFileSync } from 'node:child_process';
import {
  constants,
  createCipheriv,
  createDecipheriv,
  diffieHellman,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
} from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Algorithm } from '../generated/types.ts';
import { createCryptoProvider } from './crypto-provider.ts';
import { firstPart } from './operations/key-part.ts';
import { flipped } from './operations/test-keys.ts';
import { generalPurpose, madePair, madeSecret, outcome } from './test-multipurpose.ts';

const provider = createCryptoProvider({ workers: 1 });
const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-multipurpose-'));
afterAll(async () => {
  await provider.close();
  rmSync(folder, { recursive: true });
});

const hashes = ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'];
const message = randomBytes(40);
const iv = randomBytes(16);

/** What the openssl command makes of the input. */
function openssl(words: readonly string[], input: Uint8Array): Buffer {
  return execFileSync('openssl', words, { input });
}

function file(name: string, bytes: string | Uint8Array): string {
  writeFileSync(join(folder, name), bytes, { mode: 0o600 });
  return join(folder, name);
}

describe('a general-purpose RSA key', () => {
  const pair = madePair(provider, generalPurpose.rsa);
  const label = Buffer.from('invoices');

  /** By the openssl command, with the private key or the public one. */
  async function pkeyutl(direction: '-encrypt' | '-decrypt', options: readonly string[], input: Uint8Array) {
    const { privateKey } = await pair;
    const key = file('rsa.pem', firstPart(privateKey).export({ type: 'pkcs8', format: 'pem' }) as string);
    const options2 = options.flatMap((option) => ['-pkeyopt', option]);
    return openssl(['pkeyutl', direction, '-inkey', key, ...options2], input);
  }

  function oaep(hash: string, mgfHash: string): readonly string[] {
    const name = (value: string) => value.replace('-', '').toLowerCase();
    return [
      'rsa_padding_mode:oaep',
      `rsa_oaep_md:${name(hash)}`,
      `rsa_mgf1_md:${name(mgfHash)}`,
      `rsa_oaep_label:${label.toString('hex')}`,
    ];
  }

  const hashPairs = hashes.flatMap((hash) => hashes.map((mgfHash) => [hash, mgfHash] as const));

  test.each(hashPairs)('OAEP with %s and a mask of %s, both ways with openssl', async (hash, mgfHash) => {
    const { privateKey, publicKey } = await pair;
    const algorithm = { name: 'RSA-OAEP', hash, mgfHash, label };
    const theirs = await pkeyutl('-encrypt', oaep(hash, mgfHash), message);
    expect(Buffer.from(await provider.decrypt(algorithm, privateKey, theirs))).toEqual(message);
    const ours = await provider.encrypt(algorithm, publicKey, message);
    expect(await pkeyutl('-decrypt', oaep(hash, mgfHash), ours)).toEqual(message);
    expect(Buffer.from(await provider.decrypt(algorithm, privateKey, ours))).toEqual(message);
  });

  test.each([0, 1, 256 - 2 * 32 - 2])('OAEP with two hashes carries %i bytes', async (bytes) => {
    const { privateKey, publicKey } = await pair;
    const algorithm = { name: 'RSA-OAEP', hash: 'SHA-256', mgfHash: 'SHA-1' };
    const data = Buffer.alloc(bytes);
    const encrypted = await provider.encrypt(algorithm, publicKey, data);
    expect(Buffer.from(await provider.decrypt(algorithm, privateKey, encrypted))).toEqual(data);
  });

  test('OAEP with two hashes refuses every fault in the same words', async () => {
    const { privateKey, publicKey } = await pair;
    const algorithm = { name: 'RSA-OAEP', hash: 'SHA-256', mgfHash: 'SHA-1', label };
    const encrypted = Buffer.from(await provider.encrypt(algorithm, publicKey, message));
    const raise = async (block: Uint8Array) => Buffer.from(await provider.encrypt(raw, publicKey, block));
    const block = Buffer.from(await provider.decrypt(raw, privateKey, encrypted));
    const faults = [
      provider.decrypt({ ...algorithm, label: Buffer.from('orders') }, privateKey, encrypted),
      provider.decrypt({ ...algorithm, mgfHash: 'SHA-512' }, privateKey, encrypted),
      provider.decrypt(algorithm, privateKey, await raise(flipped(block, 200))),
      provider.decrypt(algorithm, privateKey, await raise(flipped(block, 1))),
      // The first byte: what Manger's attack asks for.
      provider.decrypt(algorithm, privateKey, await raise(flipped(block, 0))),
      provider.decrypt(algorithm, privateKey, await raise(Buffer.alloc(256))),
    ];
    const words = await Promise.all(faults.map((fault) => fault.then(String, (error: Error) => error.message)));
    expect(new Set(words).size).toBe(1);
    expect(words[0]).toContain('RSA-OAEP decryption did not succeed');
    const tooLong = provider.encrypt(algorithm, publicKey, randomBytes(256 - 2 * 32 - 1));
    expect(await outcome(tooLong)).toBe('operation_failed');
  });

  test('PKCS#1 v1.5 encryption, both ways with node:crypto', async () => {
    const { privateKey, publicKey } = await pair;
    const algorithm = { name: 'RSAES-PKCS1-v1_5' };
    const padding = constants.RSA_PKCS1_PADDING;
    const theirs = publicEncrypt({ key: firstPart(publicKey), padding }, message);
    expect(Buffer.from(await provider.decrypt(algorithm, privateKey, theirs))).toEqual(message);
    const ours = await provider.encrypt(algorithm, publicKey, message);
    expect(await pkeyutl('-decrypt', ['rsa_padding_mode:pkcs1'], ours)).toEqual(message);
  });

  test('a wrong PKCS#1 v1.5 padding is no error, and always decrypts to the same', async () => {
    const { privateKey, publicKey } = await pair;
    const noPadding = Buffer.from(await provider.encrypt(raw, publicKey, Buffer.alloc(256, 1)));
    const decrypt = () => provider.decrypt({ name: 'RSAES-PKCS1-v1_5' }, privateKey, noPadding);
    expect(await decrypt()).toEqual(await decrypt());
  });

  const raw = { name: 'RSA-RAW' };

  test('raw, both ways with node:crypto: whole blocks below the modulus only', async () => {
    const { privateKey, publicKey } = await pair;
    const padding = constants.RSA_NO_PADDING;
    const block = Buffer.concat([Buffer.alloc(1), randomBytes(255)]);
    const theirs = publicEncrypt({ key: firstPart(publicKey), padding }, block);
    expect(Buffer.from(await provider.encrypt(raw, publicKey, block))).toEqual(theirs);
    expect(Buffer.from(await provider.decrypt(raw, privateKey, theirs))).toEqual(block);
    expect(privateDecrypt({ key: firstPart(privateKey), padding }, theirs)).toEqual(block);
    expect(await outcome(provider.decrypt(raw, privateKey, block.subarray(1)))).toBe('operation_failed');
    expect(await outcome(provider.decrypt(raw, privateKey, Buffer.alloc(256, 0xff)))).toBe('operation_failed');
  });

  test('wraps a secret with PKCS#1 v1.5 and OAEP, and nothing without padding', async () => {
    const { privateKey, publicKey } = await pair;
    const secret = await madeSecret(provider, generalPurpose.secret);
    const attributes = { extractable: true, usages: ['sign'] } as const;
    for (const algorithm of [{ name: 'RSAES-PKCS1-v1_5' }, { name: 'RSA-OAEP', hash: 'SHA-1', mgfHash: 'SHA-256' }]) {
      const wrapped = await provider.wrapKey('raw-secret', secret, publicKey, algorithm);
      const back = await provider.unwrapKey(
        'raw-secret',
        wrapped,
        privateKey,
        algorithm,
        generalPurpose.secret,
        attributes,
      );
      expect(firstPart(back).equals(firstPart(secret))).toBe(true);
    }
    const unwrapping = provider.unwrapKey(
      'raw-secret',
      randomBytes(256),
      privateKey,
      raw,
      generalPurpose.secret,
      attributes,
    );
    expect(await outcome(unwrapping)).toBe('not_supported');
    expect(await outcome(provider.wrapKey('raw-secret', secret, publicKey, raw))).toBe('not_supported');
  });
});

test('a general-purpose EC key agrees with anybody on a secret', async () => {
  const own = await madePair(provider, generalPurpose.ec);
  const other = await madePair(provider, { name: 'ECDH', namedCurve: 'P-256' }, ['deriveBits']);
  const secret = diffieHellman({ privateKey: part(other.privateKey), publicKey: part(own.publicKey) });
  const bits = await provider.deriveBits({ name: 'ECDH' }, own.privateKey, null, other.publicKey);
  expect(Buffer.from(bits)).toEqual(secret);
  // Its public half is one for others, too.
  expect(Buffer.from(await provider.deriveBits({ name: 'ECDH' }, other.privateKey, null, own.publicKey))).toEqual(
    secret,
  );
  const attributes = { extractable: true, usages: ['sign'] } as const;
  const derived = await provider.deriveKey(
    { name: 'ECDH' },
    own.privateKey,
    generalPurpose.secret,
    attributes,
    other.publicKey,
  );
  expect(part(derived).export()).toEqual(secret.subarray(0, 32));
  expect(derived.algorithm).toEqual(generalPurpose.secret);
});

function part(key: Parameters<typeof firstPart>[0]): KeyObject {
  return firstPart(key);
}

describe.each([128, 192, 256])('a general-purpose AES key of %i bits', (length) => {
  const key = madeSecret(provider, { ...generalPurpose.aes, length });
  const blocks = randomBytes(64);

  /** The whole by node:crypto. */
  async function natively(mode: string, direction: 'encrypt' | 'decrypt', data: Uint8Array): Promise<Buffer> {
    const open = direction === 'encrypt' ? createCipheriv : createDecipheriv;
    const cipher = open(`aes-${length}-${mode}`, part(await key), mode === 'ecb' ? null : iv).setAutoPadding(false);
    return Buffer.concat([cipher.update(data), cipher.final()]);
  }

  test.each<[string, Algorithm]>([
    ['ecb', { name: 'AES-ECB' }],
    ['cbc', { name: 'AES-CBC', iv, padding: false }],
    ['ctr', { name: 'AES-CTR', counter: iv, length: 128 }],
  ])('%s of whole blocks, both ways', async (mode, algorithm) => {
    const encrypted = Buffer.from(await provider.encrypt(algorithm, await key, blocks));
    expect(encrypted).toEqual(await natively(mode, 'encrypt', blocks));
    expect(Buffer.from(await provider.decrypt(algorithm, await key, encrypted))).toEqual(blocks);
    expect(Buffer.from(await provider.decrypt(algorithm, await key, blocks))).toEqual(
      await natively(mode, 'decrypt', blocks),
    );
  });

  test('a part of a block is refused where nothing is padded', async () => {
    for (const algorithm of [{ name: 'AES-ECB' }, { name: 'AES-CBC', iv, padding: false }]) {
      for (const bytes of [1, 15, 17, 63]) {
        expect(await outcome(provider.encrypt(algorithm, await key, randomBytes(bytes)))).toBe('operation_failed');
        expect(await outcome(provider.decrypt(algorithm, await key, randomBytes(bytes)))).toBe('operation_failed');
      }
      expect(await provider.encrypt(algorithm, await key, Buffer.alloc(0))).toHaveLength(0);
    }
  });

  test('GCM, padded CBC and AES-KW as with keys of their own', async () => {
    const gcm = { name: 'AES-GCM', iv: iv.subarray(0, 12) };
    const padded = { name: 'AES-CBC', iv };
    for (const algorithm of [gcm, padded]) {
      const encrypted = await provider.encrypt(algorithm, await key, message);
      expect(Buffer.from(await provider.decrypt(algorithm, await key, encrypted))).toEqual(message);
    }
    const secret = await madeSecret(provider, generalPurpose.secret);
    const wrapped = await provider.wrapKey('raw-secret', secret, await key, { name: 'AES-KW' });
    expect(wrapped).toHaveLength(40);
    const attributes = { extractable: true, usages: ['verify'] } as const;
    const back = await provider.unwrapKey(
      'raw-secret',
      wrapped,
      await key,
      { name: 'AES-KW' },
      generalPurpose.secret,
      attributes,
    );
    expect(part(back).equals(part(secret))).toBe(true);
    expect(await outcome(provider.wrapKey('raw-secret', secret, await key, { name: 'AES-ECB' }))).toBe('not_supported');
  });
});
