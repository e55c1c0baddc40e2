import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Quota } from '../generated/types.ts';
import { codeOf, testQuotas } from './test-quotas.ts';

describe('limits of a principal', () => {
  test('are of that principal alone, and say when to come again', async () => {
    const { principals, clock, use } = await testQuotas();
    principals.set('alice', { perMinute: 2 });
    expect([use, use, use].map((act) => codeOf(() => act()))).toEqual(['ok', 'ok', 'rate_limited']);
    expect(codeOf(() => use(0, 'bob'))).toBe('ok');
    expect(() => use()).toThrow('2 operations a minute for alice');
    const refusal = caught(() => use());
    clock.nowMs += refusal.facts.retryAfterMs - 1;
    expect(codeOf(() => use())).toBe('rate_limited');
    clock.nowMs += 1;
    expect(codeOf(() => use())).toBe('ok');
  });

  test('follow the record at once, and do not forget what was used', async () => {
    const { principals, use } = await testQuotas();
    principals.set('alice', { perMinute: 100 });
    for (let count = 0; count < 50; count += 1) use();
    principals.set('alice', { perMinute: 50 });
    expect(codeOf(() => use())).toBe('rate_limited');
    principals.set('alice', { perMinute: 51 });
    expect(codeOf(() => use())).toBe('ok');
  });

  test('of concurrency end with the operations, once each', async () => {
    const { principals, use } = await testQuotas();
    principals.set('alice', { concurrent: 2 });
    const first = use();
    const second = use();
    expect(caught(() => use())).toMatchObject({ code: 'rate_limited', facts: { retryAfterMs: 100 } });
    first();
    first();
    const third = use();
    expect(codeOf(() => use())).toBe('rate_limited');
    second();
    third();
    expect([use, use, use].map((act) => codeOf(() => act()))).toEqual(['ok', 'ok', 'rate_limited']);
  });

  test('of bytes count the data', async () => {
    const { principals, clock, use } = await testQuotas();
    principals.set('alice', { bytesPerSecond: 1000 });
    use(900);
    expect(codeOf(() => use(200))).toBe('rate_limited');
    expect(codeOf(() => use(100))).toBe('ok');
    expect(codeOf(() => use(0))).toBe('ok');
    clock.nowMs += 1000;
    expect(codeOf(() => use(5000))).toBe('ok');
    expect(caught(() => use(1)).facts.retryAfterMs).toBe(4001);
  });

  test('equal a simple model whatever they are and however they are used', async () => {
    const { principals, clock, quotas } = await testQuotas();
    let run = 0;
    fc.assert(
      fc.property(quotaArbitrary, stepsArbitrary, (quota, steps) => {
        const principal = `p${++run}`;
        principals.set(principal, quota);
        const model = new Model(quota);
        const underWay: (() => void)[] = [];
        for (const { waitMs, bytes, ends } of steps) {
          clock.nowMs += waitMs;
          if (ends && underWay.length > 0) {
            underWay.shift()?.();
            model.underWay -= 1;
          }
          const expected = model.admits(bytes, clock.nowMs) ? 'ok' : 'rate_limited';
          const act = () => underWay.push(quotas.admit({ principal, bytes, action: 'subtle.sign' }));
          expect(codeOf(act)).toBe(expected);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('limits of a key', () => {
  test('are shared by all who use it, and removed by an empty quota', async () => {
    const { quotas, keyId, request, use, keystore } = await testQuotas();
    expect(await quotas.limit(keyId, { perSecond: 1 }, request())).toEqual({ perSecond: 1 });
    expect(codeOf(() => use())).toBe('ok');
    expect(() => use(0, 'bob')).toThrow(`1 operations a second for ${keyId}`);
    const other = { principal: 'bob', bytes: 0, action: 'subtle.sign' };
    expect(codeOf(() => quotas.admit({ ...other, keyId: 'key_BBBBBBBBBBBBBBBBBBBBBB' }))).toBe('ok');
    expect(codeOf(() => quotas.admit(other))).toBe('ok');
    await quotas.limit(keyId, {}, request());
    expect(codeOf(() => use())).toBe('ok');
    expect(await keystore.documents.get('key-quota', keyId)).toBeUndefined();
  });

  test('are of every key that an operation uses, once each', async () => {
    const { quotas, keyId, request, use } = await testQuotas();
    await quotas.limit(keyId, { perSecond: 3 }, request());
    const unlimited = 'key_BBBBBBBBBBBBBBBBBBBBBB';
    const wrap = (keys: { keyId?: string; otherKeyId: string }) =>
      codeOf(() => quotas.admit({ principal: 'bob', bytes: 0, action: 'subtle.wrapKey', ...keys }));
    expect(wrap({ keyId: unlimited, otherKeyId: keyId })).toBe('ok');
    expect(wrap({ keyId, otherKeyId: keyId })).toBe('ok');
    expect(wrap({ otherKeyId: keyId })).toBe('ok');
    expect(wrap({ otherKeyId: keyId })).toBe('rate_limited');
    expect(codeOf(() => use())).toBe('rate_limited');
    expect(wrap({ otherKeyId: unlimited })).toBe('ok');
  });

  test('a refusal counts nowhere: neither for the key nor for the principal', async () => {
    const { quotas, keyId, request, use, principals, clock } = await testQuotas();
    principals.set('alice', { perMinute: 10 });
    await quotas.limit(keyId, { perSecond: 1 }, request());
    for (let count = 0; count < 30; count += 1) codeOf(() => use());
    clock.nowMs += 1000;
    const codes = Array.from({ length: 9 }, () => {
      clock.nowMs += 1000;
      return codeOf(() => use());
    });
    expect(codes).toEqual(Array.from({ length: 9 }, () => 'ok'));
    clock.nowMs += 1000;
    expect(codeOf(() => use())).toBe('rate_limited');
    expect(codeOf(() => use(0, 'bob'))).toBe('ok');
  });

  test('a repeated request changes nothing, another one under its id conflicts', async () => {
    const { quotas, keyId, request, use } = await testQuotas();
    const first = request();
    await quotas.limit(keyId, { perSecond: 1 }, first);
    await quotas.limit(keyId, { perSecond: 2 }, request());
    expect(await quotas.limit(keyId, { perSecond: 1 }, first)).toEqual({ perSecond: 1 });
    expect([use, use, use].map((act) => codeOf(() => act()))).toEqual(['ok', 'ok', 'rate_limited']);
    const conflicting = quotas.limit(keyId, { perSecond: 9 }, { ...first, requestDigest: 'another' });
    await expect(conflicting).rejects.toMatchObject({ code: 'request_conflict' });
  });
});

test('a million admissions', async () => {
  const { principals, quotas, keyId, request, clock } = await testQuotas();
  const count = 1_000_000;
  const timed = (label: string, use: { principal: string; keyId: string; bytes: number; action: string }) => {
    const startedAt = performance.now();
    let admitted = 0;
    for (let index = 0; index < count; index += 1) {
      if (index % 1000 === 0) clock.nowMs += 1;
      quotas.admit(use)();
      admitted += 1;
    }
    const nanoseconds = Math.round((performance.now() - startedAt) * 1e6) / count;
    console.log(`${label}: ${nanoseconds.toFixed(0)} ns`);
    return admitted;
  };
  const use = { principal: 'alice', keyId, bytes: 64, action: 'subtle.sign' };
  expect(timed('nothing limited', use)).toBe(count);
  const wide = { perSecond: 1_000_000, perMinute: 10_000_000, perDay: 100_000_000, concurrent: 10 };
  principals.set('alice', wide);
  expect(timed('a limited principal', use)).toBe(count);
  await quotas.limit(keyId, wide, request());
  expect(timed('a limited principal and key', use)).toBe(count);
});

const quotaArbitrary: fc.Arbitrary<Quota> = fc.record(
  {
    perSecond: fc.integer({ min: 1, max: 5 }),
    perMinute: fc.integer({ min: 1, max: 10 }),
    perDay: fc.integer({ min: 1, max: 20 }),
    bytesPerSecond: fc.integer({ min: 1, max: 100 }),
    concurrent: fc.integer({ min: 1, max: 3 }),
  },
  { requiredKeys: [] },
);
const stepsArbitrary = fc.array(
  fc.record({
    waitMs: fc.oneof(fc.nat(400), fc.nat(20_000), fc.nat(40_000_000)),
    bytes: fc.nat(150),
    ends: fc.boolean(),
  }),
  { maxLength: 40 },
);

/** The same limits, written as lists of what was admitted. */
class Model {
  underWay = 0;
  readonly #quota: Quota;
  readonly #admitted: { atMs: number; bytes: number }[] = [];

  constructor(quota: Quota) {
    this.#quota = quota;
  }

  admits(bytes: number, nowMs: number): boolean {
    const { perSecond, perMinute, perDay, bytesPerSecond, concurrent } = this.#quota;
    const ones = this.#admitted.map(({ atMs }) => ({ atMs, amount: 1 }));
    const sizes = this.#admitted.map(({ atMs, bytes }) => ({ atMs, amount: bytes }));
    const fits =
      fitsBucket(ones, 1, perSecond, nowMs) &&
      (bytes === 0 || fitsBucket(sizes, bytes, bytesPerSecond, nowMs)) &&
      fitsWindow(ones, perMinute, 60_000, nowMs) &&
      fitsWindow(ones, perDay, 86_400_000, nowMs) &&
      (concurrent === undefined || this.underWay < concurrent);
    if (fits) {
      this.#admitted.push({ atMs: nowMs, bytes });
      this.underWay += 1;
    }
    return fits;
  }
}

function fitsBucket(
  taken: readonly { atMs: number; amount: number }[],
  amount: number,
  rate: number | undefined,
  nowMs: number,
) {
  if (rate === undefined) return true;
  let level = 0;
  let lastMs = 0;
  for (const each of [...taken, { atMs: nowMs, amount: 0 }]) {
    level = Math.max(0, level - (each.atMs - lastMs) * rate) + each.amount * 1000;
    lastMs = each.atMs;
  }
  return level === 0 || level + amount * 1000 <= rate * 1000;
}

function fitsWindow(taken: readonly { atMs: number }[], limit: number | undefined, periodMs: number, nowMs: number) {
  if (limit === undefined) return true;
  const slot = (atMs: number) => Math.floor((atMs * 60) / periodMs);
  return taken.filter(({ atMs }) => slot(nowMs) - slot(atMs) <= 60).length < limit;
}

function caught(act: () => unknown): { code: string; facts: { retryAfterMs: number } } {
  try {
    act();
  } catch (error) {
    return error as { code: string; facts: { retryAfterMs: number } };
  }
  throw new Error('nothing was thrown');
}
