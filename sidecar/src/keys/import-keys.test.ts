import { beforeEach, describe, expect, test } from 'vitest';
import type { ImportKey } from '../crypto/wrapping/import-key.ts';
import { SidecarError } from '../errors.ts';
import { ImportKeys } from './import-keys.ts';

const minuteMs = 60_000;
const unknown = { code: 'import_key_unknown' };
const publicKey = Uint8Array.of(1);

let now = 0;
let importKeys: ImportKeys;
let made: ImportKey;

beforeEach(() => {
  now = 1_000_000;
  made = { publicKey, open: async (wrapped) => Uint8Array.from(wrapped) };
  importKeys = new ImportKeys({ generate: async () => made, now: () => now });
});

async function prepared(principal = 'alice'): Promise<string> {
  return (await importKeys.prepare(principal, 'HPKE-X25519')).importId;
}

/** Whether somebody may use it, who gives it back. */
function isThere(importId: string, principal = 'alice'): boolean {
  try {
    using _claim = importKeys.claim(importId, principal);
    return true;
  } catch (error) {
    expect(error).toMatchObject(unknown);
    return false;
  }
}

test('a key lives ten minutes', async () => {
  const { importId, expiresAt } = await importKeys.prepare('alice', 'HPKE-X25519');
  expect(expiresAt).toBe(now + 10 * minuteMs);
  now = expiresAt - 1;
  expect(isThere(importId)).toBe(true);
  now = expiresAt;
  expect(isThere(importId)).toBe(false);
});

test('it is its principal’s alone, and in one hand at a time', async () => {
  const importId = await prepared();
  expect(isThere(importId, 'bob')).toBe(false);
  {
    using _claim = importKeys.claim(importId, 'alice');
    expect(isThere(importId)).toBe(false);
  }
  expect(isThere(importId)).toBe(true);
});

test('it is gone when it was spent, or when something else was wrapped to it', async () => {
  const spent = await prepared();
  {
    using claim = importKeys.claim(spent, 'alice');
    expect(await claim.open(Uint8Array.of(7))).toEqual(Uint8Array.of(7));
    claim.spend();
  }
  expect(isThere(spent)).toBe(false);

  const refusal = new SidecarError('operation_failed', 'the wrapped key does not open');
  made = { publicKey, open: () => Promise.reject(refusal) };
  const tried = await prepared();
  {
    using claim = importKeys.claim(tried, 'alice');
    await expect(claim.open(Uint8Array.of(7))).rejects.toBe(refusal);
  }
  expect(isThere(tried)).toBe(false);

  made = { publicKey, open: () => Promise.reject(new SidecarError('quota_exceeded')) };
  const crowded = await prepared();
  {
    using claim = importKeys.claim(crowded, 'alice');
    await expect(claim.open(Uint8Array.of(7))).rejects.toMatchObject({ code: 'quota_exceeded' });
  }
  expect(isThere(crowded)).toBe(true);
});

describe('a key about which people are asked', () => {
  test('lives as long as the request, never shorter than before', async () => {
    const importId = await prepared();
    for (const minutes of [60, 5]) {
      using claim = importKeys.claim(importId, 'alice');
      claim.keepUntil(1_000_000 + minutes * minuteMs);
    }
    now += 60 * minuteMs - 1;
    expect(isThere(importId)).toBe(true);
    now += 1;
    expect(isThere(importId)).toBe(false);
  });
});

test('a principal has a hundred, those included that are being made', async () => {
  await Promise.all(Array.from({ length: 100 }, () => prepared()));
  await expect(prepared()).rejects.toMatchObject({
    code: 'rate_limited',
    facts: { retryAfterMs: 10 * minuteMs },
  });
  await prepared('bob');
  now += 10 * minuteMs;
  await prepared();

  importKeys.clear();
  const pending = Promise.all(Array.from({ length: 100 }, () => prepared()));
  await expect(prepared()).rejects.toMatchObject({ code: 'rate_limited' });
  await pending;
});

test('a key that could not be made takes no place', async () => {
  const failing = new ImportKeys({
    generate: () => Promise.reject(new SidecarError('quota_exceeded')),
    now: () => now,
  });
  for (let count = 0; count < 120; count += 1) {
    await expect(failing.prepare('alice', 'HPKE-X25519')).rejects.toMatchObject({ code: 'quota_exceeded' });
  }
});

test('clearing forgets all', async () => {
  const importId = await prepared();
  importKeys.clear();
  expect(isThere(importId)).toBe(false);
});
