import { createPublicKey, verify as verifyNatively } from 'node:crypto';
import type { FerroHsm } from '@ferrohsm/sdk/node';
import { expect, test } from 'vitest';
import { liveSubtle } from './live-subtle.ts';
import { type Bytes, fastRows, flipBit, foreignKeyData, nobleOf, type ParameterSet, rows } from './slh-dsa-sets.ts';

const live = liveSubtle();
const message = Buffer.from('one message for every parameter set');
const context = Buffer.from('context');
const otherContexts = [undefined, new Uint8Array(), Buffer.from('contexu'), new Uint8Array(255)];

/** Whether two other implementations take the signature. */
function othersVerify(set: ParameterSet, spki: Bytes, raw: Bytes, signature: Uint8Array, context: Uint8Array) {
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  return {
    noble: nobleOf(set).verify(signature, message, raw, { context }),
    native: verifyNatively(null, message, { key, context } as never, signature),
  };
}

async function exportPublic(subtle: FerroHsm['subtle'], key: CryptoKey) {
  const spki = Buffer.from(await subtle.exportKey('spki', key));
  return { spki, raw: Buffer.from(await subtle.exportKey('raw-public', key)) };
}

test.each(rows)('other implementations take what a generated key signs: %s', async (name, set) => {
  const subtle = live();
  const pair = (await subtle.generateKey(name, false, ['sign', 'verify'])) as CryptoKeyPair;
  const signature = new Uint8Array(await subtle.sign({ name, context }, pair.privateKey, message));
  expect(signature.length).toBe(set.signatureBytes);
  const { spki, raw } = await exportPublic(subtle, pair.publicKey);
  expect(othersVerify(set, spki, raw, signature, context)).toEqual({ noble: true, native: true });
  expect(othersVerify(set, spki, raw, signature, new Uint8Array())).toEqual({ noble: false, native: false });
  await expectRejected(set, raw, signature);
});

/** The key tells the signature from an altered one. */
async function expectRejected({ name }: ParameterSet, raw: Bytes, signature: Uint8Array<ArrayBuffer>): Promise<void> {
  const algorithm = { name, context };
  const subtle = live();
  const key = await subtle.importKey('raw-public', raw, name, true, ['verify']);
  const strangeKey = await subtle.importKey('raw-public', flipBit(raw, 0), name, true, ['verify']);
  expect(await subtle.verify(algorithm, key, signature, message)).toBe(true);
  for (const at of [0, signature.length >> 1, signature.length - 1]) {
    expect(await subtle.verify(algorithm, key, flipBit(signature, at), message)).toBe(false);
  }
  for (const altered of [signature.slice(1), signature.slice(0, -1), new Uint8Array(signature.length + 1), message]) {
    expect(await subtle.verify(algorithm, key, altered, message)).toBe(false);
  }
  expect(await subtle.verify(algorithm, key, new Uint8Array(), message)).toBe(false);
  expect(await subtle.verify(algorithm, key, signature, flipBit(message, 0))).toBe(false);
  expect(await subtle.verify(algorithm, strangeKey, signature, message)).toBe(false);
  for (const other of otherContexts) {
    const wrong = other === undefined ? name : { name, context: other };
    expect(await subtle.verify(wrong as Algorithm, key, signature, message)).toBe(false);
  }
}

async function keysOf(set: ParameterSet) {
  const subtle = live();
  const data = foreignKeyData(set);
  const privateKey = await subtle.importKey('raw-private', data.private['raw-private'], set.name, false, ['sign']);
  const publicKey = await subtle.importKey('spki', data.public.spki, set.name, false, ['verify']);
  return { subtle, data, privateKey, publicKey };
}

test.each(fastRows)('the context is absent, empty, or up to 255 bytes: %s', async (name, set) => {
  const { subtle, data, privateKey, publicKey } = await keysOf(set);
  const plain = new Uint8Array(await subtle.sign(name, privateKey, message));
  // An absent context is the empty one.
  expect(await subtle.verify({ name, context: new Uint8Array() } as Algorithm, publicKey, plain, message)).toBe(true);
  for (const length of [0, 1, 255]) {
    const algorithm = { name, context: new Uint8Array(length).fill(7) };
    const signature = new Uint8Array(await subtle.sign(algorithm, privateKey, message));
    expect(await subtle.verify(algorithm, publicKey, signature, message)).toBe(true);
    expect(await subtle.verify(name, publicKey, signature, message)).toBe(length === 0);
    const { spki, 'raw-public': raw } = data.public;
    const taken = othersVerify(set, spki, raw, signature, algorithm.context);
    expect(taken).toEqual({ noble: true, native: true });
  }
  const tooLong = { name, context: new Uint8Array(256) };
  const refused = { name: 'OperationError' };
  await expect(subtle.sign(tooLong, privateKey, message)).rejects.toMatchObject(refused);
  await expect(subtle.verify(tooLong, publicKey, plain, message)).rejects.toMatchObject(refused);
  for (const strange of [null, 'text', [1]]) {
    await expect(subtle.sign({ name, context: strange } as never, privateKey, message)).rejects.toThrow(TypeError);
  }
});

test.each(fastRows)('another implementation signs, the key verifies: %s', async (name, set) => {
  const { public: data, private: secret } = foreignKeyData(set);
  const signature = Uint8Array.from(nobleOf(set).sign(message, secret['raw-private'], { context }));
  const subtle = live();
  const key = await subtle.importKey('jwk', data.jwk, name, true, ['verify']);
  expect(await subtle.verify({ name, context } as Algorithm, key, signature, message)).toBe(true);
  expect(await subtle.verify({ name, context } as Algorithm, key, flipBit(signature, 40), message)).toBe(false);
});
