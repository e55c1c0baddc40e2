import { createCipheriv, randomBytes } from 'node:crypto';
import { aeskwp } from '@noble/ciphers/aes.js';
import { expect, test } from 'vitest';
import { unwrapAesKwp, wrapAesKwp } from './aes-kwp.ts';

const hex = (text: string) => Buffer.from(text, 'hex');

// RFC 5649 section 6.
const wrappingKey = hex('5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8');

test.each([
  ['c37b7e6492584340bed12207808941155068f738', '138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a'],
  ['466f7250617369', 'afbeb0f07dfbf5419200f2ccb50bb24f'],
])('RFC 5649: %s', (data, wrapped) => {
  expect(unwrapAesKwp(wrappingKey, hex(wrapped)).toString('hex')).toBe(data);
  expect(wrapAesKwp(wrappingKey, hex(data)).toString('hex')).toBe(wrapped);
});

test.each([16, 24, 32])('what a second implementation wraps with %d bytes, of every length', (keyBytes) => {
  const key = randomBytes(keyBytes);
  for (let length = 1; length <= 80; length += 1) {
    const data = randomBytes(length);
    const opened = unwrapAesKwp(key, aeskwp(key).encrypt(data));
    expect(opened).toEqual(data);
    expect(opened.buffer.byteLength).toBe(length);
    expect(wrapAesKwp(key, data)).toEqual(Buffer.from(aeskwp(key).encrypt(data)));
  }
});

const refused = { code: 'operation_failed' };

test('every flipped byte is refused, and every other length', () => {
  const key = randomBytes(32);
  const wrapped = Buffer.from(aeskwp(key).encrypt(randomBytes(45)));
  for (let at = 0; at < wrapped.length; at += 1) {
    const changed = Buffer.from(wrapped);
    changed.writeUInt8(changed.readUInt8(at) ^ 0x10, at);
    expect(() => unwrapAesKwp(key, changed)).toThrow(expect.objectContaining(refused));
  }
  for (let length = 0; length < wrapped.length; length += 1) {
    expect(() => unwrapAesKwp(key, wrapped.subarray(0, length))).toThrow(expect.objectContaining(refused));
  }
});

test('nothing is wrapped to nothing, and by no key of another length', () => {
  expect(() => wrapAesKwp(randomBytes(32), Buffer.alloc(0))).toThrow(expect.objectContaining(refused));
  expect(() => wrapAesKwp(randomBytes(20), randomBytes(16))).toThrow(expect.objectContaining(refused));
});

test('another key, a key of another length and AES-KW without padding are refused', () => {
  const key = randomBytes(32);
  const wrapped = aeskwp(key).encrypt(randomBytes(16));
  expect(() => unwrapAesKwp(randomBytes(32), wrapped)).toThrow(expect.objectContaining(refused));
  expect(() => unwrapAesKwp(randomBytes(20), wrapped)).toThrow(expect.objectContaining(refused));
  const unpadded = createCipheriv('id-aes256-wrap', key, Buffer.alloc(8, 0xa6));
  const plain = Buffer.concat([unpadded.update(randomBytes(16)), unpadded.final()]);
  expect(() => unwrapAesKwp(key, plain)).toThrow(expect.objectContaining(refused));
});
