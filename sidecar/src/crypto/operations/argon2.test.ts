import { createSecretKey, randomBytes, webcrypto } from 'node:crypto';
import { argon2d, argon2i, argon2id } from '@noble/hashes/argon2.js';
import { describe, expect, test } from 'vitest';
import type { Algorithm } from '../../generated/types.ts';
import type { LoadedKey } from '../key.ts';
import { derivationSchemes } from './derivations.ts';
import { descriptorOf } from './table.ts';

type Parameters = Omit<Algorithm, 'name'>;

const nonce = new Uint8Array(randomBytes(16));
const small: Parameters = { nonce, memory: 64, passes: 2, parallelism: 2 };

function derived(
  name: string,
  parameters: Parameters,
  password: Uint8Array,
  length: number | null = 256,
  pepper?: Uint8Array,
): string {
  const key: LoadedKey = {
    type: 'secret',
    algorithm: { name },
    extractable: false,
    usages: [],
    parts: [createSecretKey(password)],
  };
  const { derive } = descriptorOf(derivationSchemes, name, 'derivation');
  const secret = pepper && createSecretKey(pepper);
  return Buffer.from(derive({ name, ...parameters }, key, length, undefined, secret)).toString('hex');
}

describe('against RFC 9106 section 5', () => {
  const parameters = {
    nonce: Buffer.alloc(16, 2),
    associatedData: Buffer.alloc(12, 4),
    memory: 32,
    passes: 3,
    parallelism: 4,
    version: 0x13,
  };

  test.each([
    ['Argon2d', '512b391b6f1162975371d30919734294f868e3be3984f3c1a13a4db9fabe4acb'],
    ['Argon2i', 'c814d9d1dc7f37aa13f0d77f2494bda1c8de6b016dd388d29952a4c4672b6ce8'],
    ['Argon2id', '0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659'],
  ])('%s', (name, expected) => {
    expect(derived(name, parameters, Buffer.alloc(32, 1), 256, Buffer.alloc(8, 3))).toBe(expected);
  });
});

describe.each(Object.entries({ Argon2d: argon2d, Argon2i: argon2i, Argon2id: argon2id }))('%s', (name, oracle) => {
  const password = new Uint8Array(randomBytes(11));
  const costs = { m: 64, t: 2, p: 2 };

  test.each([4, 32, 65, 200])('gives %d bytes as the second implementation does', (dkLen) => {
    const expected = Buffer.from(oracle(password, nonce, { ...costs, dkLen })).toString('hex');
    expect(derived(name, small, password, dkLen * 8)).toBe(expected);
  });

  test('mixes in pepper and associated data as the second implementation does', () => {
    const pepper = new Uint8Array(randomBytes(9));
    const associatedData = new Uint8Array(randomBytes(30));
    const options = { ...costs, dkLen: 32, key: pepper, personalization: associatedData };
    const expected = Buffer.from(oracle(password, nonce, options)).toString('hex');
    expect(derived(name, { ...small, associatedData }, password, 256, pepper)).toBe(expected);
  });

  test('takes an empty password, as native subtle does', async () => {
    const none = Buffer.alloc(0);
    const base = await webcrypto.subtle.importKey('raw-secret' as 'raw', none, name, false, ['deriveBits']);
    const native = await webcrypto.subtle.deriveBits({ name, ...small } as Algorithm, base, 128);
    expect(derived(name, small, none, 128)).toBe(Buffer.from(native).toString('hex'));
  });
});

describe('Argon2id refuses', () => {
  test.each<[string, Parameters, number | null]>([
    ['a nonce of 7 bytes', { nonce: Buffer.alloc(7) }, 256],
    ['0 lanes', { parallelism: 0 }, 256],
    ['15 KiB for 2 lanes', { memory: 15 }, 256],
    ['0 passes', { passes: 0 }, 256],
    ['version 16', { version: 0x10 }, 256],
    ['3 derived bytes', {}, 24],
    ['a length of null bits', {}, null],
    ['a length of 33 bits', {}, 33],
  ])('%s, as native subtle does', async (detail, parameters, length) => {
    const name = 'Argon2id';
    const password = Buffer.from('password');
    expect(() => derived(name, { ...small, ...parameters }, password, length)).toThrow(detail);
    const base = await webcrypto.subtle.importKey('raw-secret' as 'raw', password, name, false, ['deriveBits']);
    const native = webcrypto.subtle.deriveBits({ name, ...small, ...parameters } as Algorithm, base, length);
    await expect(native).rejects.toThrow(expect.objectContaining({ name: 'OperationError' }));
  });

  test.each<[string, Parameters, number]>([
    ['1048577 KiB, at most 1048576', { memory: 2 ** 20 + 1, passes: 1 }, 256],
    ['5 passes over 1048576 KiB', { memory: 2 ** 20, passes: 5 }, 256],
    ['4294967295 passes over 64 KiB', { passes: 2 ** 32 - 1 }, 256],
    ['65537 derived bytes, at most 65536', {}, 65_537 * 8],
  ])('%s', (detail, parameters, length) => {
    expect(() => derived('Argon2id', { ...small, ...parameters }, Buffer.from('password'), length)).toThrow(detail);
  });

  test.each(['nonce', 'memory', 'passes', 'parallelism'])('a missing %s', (member) => {
    const parameters = { ...small, [member]: undefined };
    expect(() => derived('Argon2id', parameters, Buffer.from('password'))).toThrow(`algorithm.${member} is missing`);
  });
});
