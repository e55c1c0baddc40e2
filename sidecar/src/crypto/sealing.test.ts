import { randomBytes } from 'node:crypto';
import { gcmsiv } from '@noble/ciphers/aes.js';
import { argon2id as nobleArgon2id } from '@noble/hashes/argon2.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, test } from 'vitest';
import { Secret } from '../secret.ts';
import { createSealing } from './sealing.ts';

const sealing = createSealing();
const key = Secret.copy(Buffer.alloc(32, 7));
const associatedData = Buffer.from('row 7');

describe('seal', () => {
  test('is AES-256-GCM-SIV behind a version byte and the nonce', () => {
    const plaintext = randomBytes(100);
    const sealed = sealing.seal(key, plaintext, associatedData);
    expect(sealed[0]).toBe(1);
    const second = gcmsiv(new Uint8Array(key.bytes), sealed.subarray(1, 13), associatedData);
    expect(Buffer.from(second.decrypt(sealed.subarray(13)))).toEqual(plaintext);
  });

  test('opens what the second implementation sealed', () => {
    const nonce = randomBytes(12);
    const sealed = gcmsiv(new Uint8Array(key.bytes), nonce, associatedData).encrypt(Buffer.from('secret'));
    using opened = sealing.open(key, Buffer.concat([Buffer.of(1), nonce, sealed]), associatedData);
    expect(opened.bytes.toString()).toBe('secret');
  });

  test('takes a fresh nonce each time', () => {
    const nonces = Array.from({ length: 100 }, () => sealing.seal(key, Buffer.of(1), associatedData).subarray(1, 13));
    expect(new Set(nonces.map((nonce) => nonce.toString('hex'))).size).toBe(100);
  });

  test('seals and opens nothing', () => {
    using opened = sealing.open(key, sealing.seal(key, Buffer.alloc(0), associatedData), associatedData);
    expect(opened.length).toBe(0);
  });
});

describe('open refuses', () => {
  const sealed = sealing.seal(key, Buffer.from('secret'), associatedData);

  test('every flipped bit', () => {
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const flipped = Buffer.from(sealed);
      flipped[bit >> 3] = flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7));
      expect(() => sealing.open(key, flipped, associatedData), `bit ${bit}`).toThrow('does not verify');
    }
  });

  test('every truncation', () => {
    for (let length = 0; length < sealed.length; length++) {
      expect(() => sealing.open(key, sealed.subarray(0, length), associatedData)).toThrow('does not verify');
    }
  });

  test('other associated data and another key', () => {
    expect(() => sealing.open(key, sealed, Buffer.from('row 8'))).toThrow('does not verify');
    expect(() => sealing.open(Secret.copy(Buffer.alloc(32, 8)), sealed, associatedData)).toThrow('does not verify');
  });
});

test('derive is HKDF-SHA256', () => {
  const salt = randomBytes(32);
  using derived = sealing.derive(key, salt, 'purpose', 42);
  expect(new Uint8Array(derived.bytes)).toEqual(
    hkdf(sha256, new Uint8Array(key.bytes), salt, Buffer.from('purpose'), 42),
  );
});

test('derive gives case 3 of RFC 5869', () => {
  using derived = sealing.derive(Secret.copy(Buffer.alloc(22, 0x0b)), Buffer.alloc(0), '', 42);
  expect(derived.bytes.toString('hex')).toBe(
    '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
  );
});

test('keyedDigest is HMAC-SHA-256', () => {
  const data = randomBytes(100);
  expect(new Uint8Array(sealing.keyedDigest(key, data))).toEqual(hmac(sha256, new Uint8Array(key.bytes), data));
});

test('argon2id agrees with the second implementation, also on a thread of its own', async () => {
  const passphrase = Buffer.from('correct horse battery staple');
  const salt = randomBytes(16);
  const cost = { memoryKib: 64, passes: 2, parallelism: 2 };
  const expected = nobleArgon2id(passphrase, salt, { m: 64, t: 2, p: 2, dkLen: 32 });
  using derived = sealing.argon2id(Secret.copy(passphrase), salt, cost);
  expect(new Uint8Array(derived.bytes)).toEqual(expected);
  using aside = await sealing.argon2idAside(Secret.copy(passphrase), salt, cost);
  expect(new Uint8Array(aside.bytes)).toEqual(expected);
});
