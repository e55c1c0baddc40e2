import { createSecretKey, randomBytes } from 'node:crypto';
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { describe, expect, test } from 'vitest';
import type { Algorithm } from '../../generated/types.ts';
import type { LoadedKey } from '../key.ts';
import { encryptionSchemes } from './ciphers.ts';
import { descriptorOf } from './table.ts';
import { flipped } from './test-keys.ts';

function keyFor(name: string, bytes: Uint8Array): LoadedKey {
  const length = bytes.length * 8;
  return {
    type: 'secret',
    algorithm: { name, length },
    extractable: false,
    usages: [],
    parts: [createSecretKey(bytes)],
  };
}

function encrypted(algorithm: Algorithm, key: LoadedKey, data: Uint8Array): Buffer {
  return Buffer.from(descriptorOf(encryptionSchemes, algorithm.name, 'encryption').encrypt(algorithm, key, data));
}

function decrypted(algorithm: Algorithm, key: LoadedKey, data: Uint8Array): Buffer {
  return Buffer.from(descriptorOf(encryptionSchemes, algorithm.name, 'decryption').decrypt(algorithm, key, data));
}

describe('AES-OCB against RFC 7253 appendix A', () => {
  const key = keyFor('AES-OCB', Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex'));

  test.each([
    ['00', '', '', '785407bfffc8ad9edcc5520ac9111ee6'],
    ['01', '0001020304050607', '0001020304050607', '6820b3657b6f615a5725bda0d3b4eb3a257c9af1f8f03009'],
    ['02', '0001020304050607', '', '81017f8203f081277152fade694a0a00'],
    ['03', '', '0001020304050607', '45dd69f8f5aae72414054cd1f35d82760b2cd00d2f99bfa9'],
    [
      '04',
      '000102030405060708090a0b0c0d0e0f',
      '000102030405060708090a0b0c0d0e0f',
      '571d535b60b277188be5147170a9a22c3ad7a4ff3835b8c5701c1ccec8fc3358',
    ],
  ])('nonce ...%s', (last, additional, plaintext, ciphertext) => {
    const iv = Buffer.from(`bbaa9988776655443322110${last.slice(1)}`, 'hex');
    const algorithm = { name: 'AES-OCB', iv, additionalData: Buffer.from(additional, 'hex') };
    expect(encrypted(algorithm, key, Buffer.from(plaintext, 'hex')).toString('hex')).toBe(ciphertext);
    expect(decrypted(algorithm, key, Buffer.from(ciphertext, 'hex')).toString('hex')).toBe(plaintext);
  });

  test.each([
    [128, 128, '67e944d23256c5e0b6c61fa22fdf1ea2'],
    [192, 128, 'f673f2c3e7174aae7bae986ca9f29e17'],
    [256, 128, 'd90eb8e9c977c88b79dd793d7ffa161c'],
    [128, 96, '77a3d8e73589158d25d01209'],
    [192, 96, '05d56ead2752c86be6932c5e'],
    [256, 96, '5458359ac23b0cba9e6330dd'],
    [128, 64, '192c9b7bd90ba06a'],
    [192, 64, '0066bc6e0ef34e24'],
    [256, 64, '7d4ea5d445501cbe'],
  ])('keys of %d and tags of %d bits, all lengths', (length, tagLength, output) => {
    const bytes = Buffer.alloc(length / 8);
    bytes.writeUInt8(tagLength, bytes.length - 1);
    const testKey = keyFor('AES-OCB', bytes);
    const none = Buffer.alloc(0);
    const encrypt = (number: number, additionalData: Buffer, data: Buffer) => {
      const iv = Buffer.alloc(12);
      iv.writeUInt16BE(number, 10);
      return encrypted({ name: 'AES-OCB', iv, additionalData, tagLength }, testKey, data);
    };
    const all = Array.from({ length: 128 }, (_, size) => {
      const data = Buffer.alloc(size);
      return [encrypt(3 * size + 1, data, data), encrypt(3 * size + 2, none, data), encrypt(3 * size + 3, data, none)];
    });
    expect(encrypt(385, Buffer.concat(all.flat()), none).toString('hex')).toBe(output);
  });
});

describe('ChaCha20-Poly1305 against the second implementation', () => {
  const bytes = new Uint8Array(randomBytes(32));
  const key = keyFor('ChaCha20-Poly1305', bytes);
  const iv = new Uint8Array(randomBytes(12));
  const additionalData = new Uint8Array(randomBytes(20));

  test.each([0, 1, 63, 64, 65, 1000])('%d bytes, both directions', (size) => {
    const data = new Uint8Array(randomBytes(size));
    const algorithm = { name: 'ChaCha20-Poly1305', iv, additionalData };
    const ours = encrypted(algorithm, key, data);
    expect(new Uint8Array(ours)).toEqual(chacha20poly1305(bytes, iv, additionalData).encrypt(data));
    expect(new Uint8Array(decrypted(algorithm, key, ours))).toEqual(data);
  });
});

describe.each(['AES-OCB', 'ChaCha20-Poly1305'])('%s refuses', (name) => {
  const key = keyFor(name, randomBytes(32));
  const algorithm = { name, iv: randomBytes(12), additionalData: Buffer.from('row 7') };
  const message = randomBytes(20);

  test('every flipped bit, other additional data, another iv and what is shorter than the tag', () => {
    const ciphertext = encrypted(algorithm, key, message);
    for (let index = 0; index < ciphertext.length; index++) {
      expect(() => decrypted(algorithm, key, flipped(ciphertext, index))).toThrow('the operation failed');
    }
    const otherData = { ...algorithm, additionalData: Buffer.from('row 8') };
    expect(() => decrypted(otherData, key, ciphertext)).toThrow('the operation failed');
    expect(() => decrypted({ ...algorithm, iv: randomBytes(12) }, key, ciphertext)).toThrow('the operation failed');
    expect(() => decrypted(algorithm, key, ciphertext.subarray(0, 15))).toThrow('15 bytes are shorter');
  });

  test('a tag of 0, 32, 127 and 136 bits, an iv of 0 and 16 bytes, and a missing one', () => {
    for (const tagLength of [0, 32, 127, 136]) {
      expect(() => encrypted({ ...algorithm, tagLength }, key, message)).toThrow(`a tag of ${tagLength} bits`);
      expect(() => decrypted({ ...algorithm, tagLength }, key, message)).toThrow(`a tag of ${tagLength} bits`);
    }
    for (const size of [0, 16]) {
      const iv = Buffer.alloc(size);
      expect(() => encrypted({ ...algorithm, iv }, key, message)).toThrow(`an iv of ${size} bytes`);
    }
    expect(() => encrypted({ name }, key, message)).toThrow('algorithm.iv is missing');
  });
});
