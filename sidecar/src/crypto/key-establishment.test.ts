import { randomBytes } from 'node:crypto';
import { argon2id } from '@noble/hashes/argon2.js';
import { afterAll, expect, test } from 'vitest';
import { Secret } from '../secret.ts';
import { createCryptoProvider } from './crypto-provider.ts';

const provider = createCryptoProvider({ workers: 1, slowQueue: 4 });
afterAll(() => provider.close());

const attributes = { extractable: true, usages: ['encrypt', 'decrypt'] as const };

test.each([8, 1024, 8192])('Argon2id with %d KiB and a pepper, in each lane', async (memory) => {
  const password = randomBytes(12);
  const pepper = randomBytes(16);
  const algorithm = { name: 'Argon2id', nonce: randomBytes(16), memory, passes: 1, parallelism: 1 };
  const wanted = { extractable: false, usages: ['deriveBits', 'deriveKey'] as const };
  const base = await provider.importKey('raw-secret', password, { name: 'Argon2id' }, wanted);
  const secretValue = Secret.copy(pepper);
  const bits = await provider.deriveBits({ ...algorithm, secretValue }, base, 256);
  const options = { m: memory, t: 1, p: 1, dkLen: 32, key: new Uint8Array(pepper) };
  expect(new Uint8Array(bits)).toEqual(argon2id(new Uint8Array(password), new Uint8Array(algorithm.nonce), options));
  const key = await provider.deriveKey({ ...algorithm, secretValue }, base, { name: 'ChaCha20-Poly1305' }, attributes);
  expect(await provider.exportKey('raw-secret', key)).toEqual(Buffer.from(bits));
  expect(secretValue.bytes).toEqual(pepper);
});
