import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createSealing } from '../crypto/sealing.ts';
import type { KeyRecord } from '../generated/types.ts';
import { Secret } from '../secret.ts';
import { Envelope } from './envelope.ts';
import { deriveKek } from './kek.ts';
import { versionBinding } from './record-encoding.ts';

const rootKey = Secret.take(randomBytes(32));
const generationSecret = Secret.take(randomBytes(32));
const envelope = envelopeOf(rootKey, generationSecret, 1);
const plain = randomBytes(48);
const corrupt = expect.objectContaining({ code: 'keystore_corrupt' });

const record: KeyRecord = {
  id: 'key_AAAAAAAAAAAAAAAAAAAAAA',
  name: 'a',
  owner: 'alice',
  type: 'private',
  extractable: false,
  usages: ['sign'],
  labels: { team: 'payments' },
  createdAt: 1,
  updatedAt: 2,
  revision: 3,
  versions: [
    {
      version: 1,
      state: 'active',
      algorithm: { name: 'ECDSA', namedCurve: 'P-256' },
      createdAt: 1,
      publicKey: { format: 'raw-public', data: new Uint8Array(65).fill(4) },
    },
  ],
};

function envelopeOf(root: Secret, secret: Secret, generation: number): Envelope {
  return new Envelope(createSealing(), deriveKek(createSealing(), root, secret, generation), generation);
}

function bindingOf(key: object = {}, version: object = {}, format = 'raw-private') {
  return versionBinding({ ...record, ...key }, { ...record.versions[0], ...version }, format);
}

/** A change of each security-relevant attribute; those marked never change in the life of a key. */
const changes: Record<string, [binding: ReturnType<typeof bindingOf>, fixed: boolean]> = {
  id: [bindingOf({ id: 'key_BBBBBBBBBBBBBBBBBBBBBB' }), true],
  name: [bindingOf({ name: 'b' }), false],
  owner: [bindingOf({ owner: 'bob' }), false],
  type: [bindingOf({ type: 'secret' }), true],
  extractable: [bindingOf({ extractable: true }), false],
  usages: [bindingOf({ usages: ['sign', 'deriveBits'] }), false],
  labels: [bindingOf({ labels: { team: 'payments', service: 'mallory' } }), false],
  'no labels': [bindingOf({ labels: {} }), false],
  createdAt: [bindingOf({ createdAt: 2 }), false],
  updatedAt: [bindingOf({ updatedAt: 3 }), false],
  revision: [bindingOf({ revision: 4 }), false],
  version: [bindingOf({}, { version: 2 }), true],
  state: [bindingOf({}, { state: 'destroyed' }), false],
  algorithm: [bindingOf({}, { algorithm: { name: 'ECDH', namedCurve: 'P-256' } }), true],
  'creation of the version': [bindingOf({}, { createdAt: 2 }), true],
  'public key': [bindingOf({}, { publicKey: { format: 'raw-public', data: new Uint8Array(65).fill(5) } }), false],
  'format of the public key': [
    bindingOf({}, { publicKey: { format: 'spki', data: new Uint8Array(65).fill(4) } }),
    false,
  ],
  'no public key': [bindingOf({}, { publicKey: undefined }), false],
  format: [bindingOf({}, {}, 'pkcs8'), true],
};

function seal() {
  using secret = Secret.copy(plain);
  return envelope.seal(secret, bindingOf());
}

describe('a sealed secret', () => {
  test('opens with the binding that it was sealed with', () => {
    using opened = envelope.open(seal(), bindingOf());
    expect(opened.bytes).toEqual(plain);
  });

  test.each(Object.entries(changes))('does not open with another %s', (_, [binding]) => {
    expect(() => envelope.open(seal(), binding)).toThrow(corrupt);
    expect(() => envelope.rewrap(seal(), binding, bindingOf())).toThrow(corrupt);
  });

  test.each(Object.entries(changes))('is rewrapped to another %s only where that may change', (_, [binding, fixed]) => {
    const sealed = seal();
    const rewrapped = envelope.rewrap(sealed, bindingOf(), binding);
    expect(rewrapped.secret).toBe(sealed.secret);
    expect(() => envelope.open(rewrapped, bindingOf())).toThrow(corrupt);
    if (fixed) expect(() => envelope.open(rewrapped, binding)).toThrow(corrupt);
    else expect(envelope.open(rewrapped, binding).bytes).toEqual(plain);
  });

  test('does not open with the parts of another, nor under another root key or generation', () => {
    const [one, other] = [seal(), seal()];
    expect(one.secret).not.toBe(other.secret);
    expect(() => envelope.open({ ...one, secret: other.secret }, bindingOf())).toThrow(corrupt);
    expect(() => envelope.open({ ...one, dek: other.dek }, bindingOf())).toThrow(corrupt);
    expect(() => envelope.open({ ...one, dek: one.secret, secret: one.dek }, bindingOf())).toThrow(corrupt);
    expect(() => envelope.open({ ...one, generation: 2 }, bindingOf())).toThrow(corrupt);
    const strange = Secret.copy(Buffer.alloc(32));
    const strangers = [
      envelopeOf(strange, generationSecret, 1),
      envelopeOf(rootKey, strange, 1),
      envelopeOf(rootKey, generationSecret, 2),
    ];
    for (const stranger of strangers) {
      expect(() => stranger.open(one, bindingOf())).toThrow(corrupt);
      expect(() => stranger.open({ ...one, generation: 2 }, bindingOf())).toThrow(corrupt);
    }
  });
});
