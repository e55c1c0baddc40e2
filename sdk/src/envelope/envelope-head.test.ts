import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { Envelope } from './envelope.ts';
import { mostHeadBytes, readEnvelopeHead } from './envelope-head.ts';
import { LocalKeys } from './test-keys.ts';

const keys = await LocalKeys.make();
const envelope = new Envelope(keys);
const plaintext = new Uint8Array(randomBytes(5000));

test('the head of an envelope ends where its chunks begin, and may be put in its place with another wrapping', async () => {
  const sealed = await envelope.encryptBytes(keys.keyId, plaintext, { chunkBytes: 1024 });
  const head = await readEnvelopeHead(sealed.subarray(0, mostHeadBytes));
  expect(head.keyId).toBe(keys.keyId);
  expect(Buffer.from(head.with(head.wrapped)).equals(sealed.subarray(0, head.lengthBytes))).toBe(true);
  const { wrapped } = await keys.rewrap(head.keyId, head.wrapped);
  const moved = Buffer.concat([head.with(wrapped), sealed.subarray(head.lengthBytes)]);
  expect(moved.equals(sealed)).toBe(false);
  expect(Buffer.from(await envelope.decryptBytes(new Uint8Array(moved))).equals(plaintext)).toBe(true);
});

test('the longest head is read, and none that is cut off or too long', async () => {
  const sealed = await envelope.encryptBytes(keys.keyId, plaintext, { chunkBytes: 1024 });
  const head = await readEnvelopeHead(sealed);
  const longest = Uint8Array.from(head.with(new Uint8Array(4096)));
  expect(longest).toHaveLength(mostHeadBytes);
  expect((await readEnvelopeHead(longest)).wrapped).toHaveLength(4096);
  for (const broken of [longest.subarray(0, -1), Uint8Array.from(head.with(new Uint8Array(4097)))]) {
    await expect(readEnvelopeHead(broken)).rejects.toMatchObject({ code: 'data_invalid' });
  }
});
