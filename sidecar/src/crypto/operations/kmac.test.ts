import { createSecretKey, randomBytes, webcrypto } from 'node:crypto';
import { kmac128, kmac256 } from '@noble/hashes/sha3-addons.js';
import { describe, expect, test } from 'vitest';
import type { Algorithm } from '../../generated/types.ts';
import type { LoadedKey } from '../key.ts';
import { signatureSchemes } from './signatures.ts';
import { descriptorOf } from './table.ts';
import { flipped } from './test-keys.ts';

const { subtle } = webcrypto;
const message = Buffer.from('00010203', 'hex');

function keyOf(name: string, bytes: Uint8Array, length = bytes.length * 8): LoadedKey {
  return {
    type: 'secret',
    algorithm: { name, length },
    extractable: false,
    usages: [],
    parts: [createSecretKey(bytes)],
  };
}

function tag(algorithm: Algorithm, key: LoadedKey, data: Uint8Array = message): Buffer {
  return Buffer.from(descriptorOf(signatureSchemes, algorithm.name, 'signing').sign(algorithm, key, data));
}

function verified(algorithm: Algorithm, key: LoadedKey, signature: Uint8Array, data: Uint8Array = message): boolean {
  return descriptorOf(signatureSchemes, algorithm.name, 'verification').verify(algorithm, key, signature, data);
}

async function native(
  algorithm: Algorithm,
  bytes: Uint8Array<ArrayBuffer>,
  length = bytes.length * 8,
): Promise<Buffer> {
  const parameters = { name: algorithm.name, length };
  const key = await subtle.importKey('raw-secret' as 'raw', bytes, parameters, false, ['sign']);
  return Buffer.from(await subtle.sign(algorithm, key, message));
}

const sampleKey = Buffer.from(Array.from({ length: 32 }, (_, index) => 0x40 + index));

test.each([
  ['KMAC128', 256, '', 'e5780b0d3ea6f7d3a429c5706aa43a00fadbd7d49628839e3187243f456ee14e'],
  ['KMAC128', 256, 'My Tagged Application', '3b1fba963cd8b0b59e8c1a6d71888b7143651af8ba0a7070c0979e2811324aa5'],
])('%s of %d bits with "%s" gives the sample of NIST for SP 800-185', (name, outputLength, customization, expected) => {
  const algorithm = { name, outputLength, customization: Buffer.from(customization) };
  expect(tag(algorithm, keyOf(name, sampleKey)).toString('hex')).toBe(expected);
});

describe.each(Object.entries({ KMAC128: kmac128, KMAC256: kmac256 }))('%s', (name, oracle) => {
  test.each([0, 1, 3, 4, 32, 135, 136, 168, 512])('with a key of %d bytes equals the second implementation', (size) => {
    const bytes = new Uint8Array(randomBytes(size));
    for (const customization of [Buffer.alloc(0), Buffer.from('app'), randomBytes(512)]) {
      for (const outputLength of [8, 256, 1600]) {
        const options = { dkLen: outputLength / 8, personalization: new Uint8Array(customization) };
        const ours = tag({ name, outputLength, customization }, keyOf(name, bytes));
        expect(new Uint8Array(ours)).toEqual(oracle(bytes, new Uint8Array(message), options));
      }
    }
  });

  test.each([
    [0, 0],
    [128, 0],
    [128, 1],
    [128, 12],
    [121, 256],
    [7, 255],
    [33, 64],
  ])('with a key of %d and a tag of %d bits equals native subtle', async (keyBits, outputLength) => {
    const bytes = randomBytes(Math.ceil(keyBits / 8));
    const algorithm = { name, outputLength, customization: Buffer.from('app') };
    const key = keyOf(name, bytes, keyBits);
    const unused = -keyBits & 7;
    if (unused > 0) bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) & (0xff << unused) & 0xff, bytes.length - 1);
    expect(tag(algorithm, { ...key, parts: [createSecretKey(bytes)] })).toEqual(
      await native(algorithm, bytes, keyBits),
    );
  });

  test('verifies its tag alone', () => {
    const key = keyOf(name, randomBytes(32));
    const algorithm = { name, outputLength: 256 };
    const right = tag(algorithm, key);
    expect(verified(algorithm, key, right)).toBe(true);
    expect(verified({ ...algorithm, customization: Buffer.from('x') }, key, right)).toBe(false);
    expect(verified({ ...algorithm, outputLength: 128 }, key, right.subarray(0, 16))).toBe(false);
    expect(verified(algorithm, key, flipped(right, 31))).toBe(false);
    expect(verified(algorithm, key, right.subarray(1))).toBe(false);
    expect(verified(algorithm, key, right, flipped(message, 0))).toBe(false);
  });

  test('of no bits verifies nothing', () => {
    const key = keyOf(name, randomBytes(32));
    expect(verified({ name, outputLength: 0 }, key, Buffer.alloc(0))).toBe(false);
  });

  test('refuses what native refuses', async () => {
    const bytes = randomBytes(16);
    const key = keyOf(name, bytes);
    const parameters = [
      { name, outputLength: 2 ** 24 },
      { name, outputLength: 256, customization: Buffer.alloc(513) },
    ];
    for (const algorithm of parameters) {
      expect(() => tag(algorithm, key)).toThrow('the operation failed');
      await expect(native(algorithm, bytes)).rejects.toThrow(expect.objectContaining({ name: 'OperationError' }));
    }
    const long = randomBytes(513);
    expect(() => tag({ name, outputLength: 256 }, keyOf(name, long))).toThrow('a key of 4104 bits');
    await expect(native({ name, outputLength: 256 }, long)).rejects.toThrow('operation');
    expect(() => tag({ name }, key)).toThrow('algorithm.outputLength is missing');
  });
});
