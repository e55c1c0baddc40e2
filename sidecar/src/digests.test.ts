import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { createSealing } from './crypto/sealing.ts';
import { createDigests } from './digests.ts';
import type { Keystore } from './keystore/keystore.ts';
import { Secret } from './secret.ts';

const key = Buffer.alloc(32, 7);
const keystore = { systemSecret: async () => Secret.copy(key) } as Partial<Keystore> as Keystore;
const digests = await createDigests(keystore, createSealing());

test.each([0, 1, 63, 64, 4096, 4097, 100_000])('digests %d bytes as HMAC-SHA256 does', (length) => {
  const bytes = Buffer.alloc(length, 3);
  expect(digests.ofBytes(bytes)).toBe(createHmac('sha256', key).update(bytes).digest('base64url'));
  expect(bytes).toEqual(Buffer.alloc(length, 3));
});

test.each([0, 4096, 300_000])('digests %d bytes beside its thread, as they were at the call', async (length) => {
  const bytes = Buffer.alloc(length, 3);
  const digest = digests.aside(bytes);
  bytes.fill(4);
  expect(await digest).toBe(createHmac('sha256', key).update(Buffer.alloc(length, 3)).digest('base64url'));
});

test('a request has one digest whatever the order of its members', () => {
  const digest = digests.ofRequest('keys.create', { name: 'a', labels: { x: '1', y: '2' } });
  expect(digests.ofRequest('keys.create', { labels: { y: '2', x: '1' }, name: 'a' })).toBe(digest);
  expect(digests.ofRequest('keys.rename', { name: 'a', labels: { x: '1', y: '2' } })).not.toBe(digest);
  expect(digests.ofRequest('keys.create', { name: 'a', labels: { x: '1', y: '3' } })).not.toBe(digest);
});
