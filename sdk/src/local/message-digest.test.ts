import { randomBytes } from 'node:crypto';
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { sha3_256, sha3_384, sha3_512 } from '@noble/hashes/sha3.js';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { messageDigest } from './message-digest.ts';

const piece = 4 << 20;
const message = new Uint8Array(randomBytes(2 * piece + 5));

afterEach(() => vi.restoreAllMocks());

describe.each([
  ['SHA-1', sha1],
  ['SHA-256', sha256],
  ['SHA-384', sha384],
  ['SHA-512', sha512],
  ['SHA3-256', sha3_256],
  ['SHA3-384', sha3_384],
  ['SHA3-512', sha3_512],
])('%s', (name, noble) => {
  test('agrees with a second implementation', async () => {
    const short = message.slice(0, 20_000);
    for (const isOurs of [true, false]) expect(await messageDigest(name, short, isOurs)).toEqual(noble(short));
  });
});

test.each([0, 1, piece - 1, piece, piece + 1, 2 * piece, 2 * piece + 5])('of %i bytes', async (length) => {
  const bytes = message.slice(0, length);
  for (const isOurs of [true, false]) expect(await messageDigest('SHA-256', bytes, isOurs)).toEqual(sha256(bytes));
});

test.each(['at once', 'after the time is up'])('takes bytes of others at the time of the call: %s', async (when) => {
  if (when !== 'at once') vi.spyOn(performance, 'now').mockReturnValueOnce(0).mockReturnValue(5000);
  const theirs = message.slice();
  const digest = messageDigest('SHA-256', theirs, false);
  theirs.fill(0);
  expect(await digest).toEqual(sha256(message));
});

test('lets the event loop have its turn while it hashes bytes of its own', async () => {
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 0);
  await messageDigest('SHA-256', message.slice(), true);
  clearInterval(timer);
  expect(turns).toBeGreaterThan(0);
});

test('a hash that the runtime lacks is refused as by WebCrypto', async () => {
  await expect(messageDigest('SHA-5', message, true)).rejects.toMatchObject({ name: 'NotSupportedError' });
});
