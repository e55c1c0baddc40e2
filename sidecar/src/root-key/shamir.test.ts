import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { combine, split } from 'shamir-secret-sharing';
import { describe, expect, test } from 'vitest';
import { Secret } from '../secret.ts';
import { combineShares, type Share, splitSecret } from './shamir.ts';

/** The other implementation puts the index behind the value. */
function theirs({ index, value }: Share): Uint8Array {
  return Uint8Array.from([...value.bytes, index]);
}

function ours(share: Uint8Array): Share {
  return { index: share.at(-1) ?? 0, value: Secret.copy(share.subarray(0, -1)) };
}

/** Every choice of so many. */
function choices<T>(items: readonly T[], size: number): T[][] {
  if (size === 0) return [[]];
  return items.flatMap((item, at) => choices(items.slice(at + 1), size - 1).map((rest) => [item, ...rest]));
}

const dealing = fc
  .tuple(fc.integer({ min: 2, max: 12 }), fc.integer({ min: 0, max: 6 }))
  .map(([threshold, more]) => ({ threshold, count: threshold + more }));
const secretBytes = fc.uint8Array({ minLength: 1, maxLength: 40 });

describe("Shamir's scheme", () => {
  test('any three of five give the secret back, in any order, and so does every larger number', () => {
    const secret = randomBytes(32);
    const shares = splitSecret(Secret.copy(secret), { threshold: 3, count: 5 });
    for (const size of [3, 4, 5]) {
      for (const some of choices(shares, size)) {
        expect(combineShares(some).bytes).toEqual(secret);
        expect(combineShares(some.toReversed()).bytes).toEqual(secret);
      }
    }
    for (const two of choices(shares, 2)) expect(combineShares(two).bytes).not.toEqual(secret);
  });

  test('what it splits, another implementation combines', async () => {
    await fc.assert(
      fc.asyncProperty(secretBytes, dealing, async (bytes, { threshold, count }) => {
        const shares = splitSecret(Secret.copy(bytes), { threshold, count }).slice(count - threshold);
        expect(await combine(shares.map(theirs))).toEqual(bytes);
      }),
    );
  });

  test('what another implementation splits, it combines', async () => {
    await fc.assert(
      fc.asyncProperty(secretBytes, dealing, async (bytes, { threshold, count }) => {
        const shares = await split(bytes, count, threshold);
        expect(new Uint8Array(combineShares(shares.slice(0, threshold).map(ours)).bytes)).toEqual(bytes);
      }),
    );
  });

  test('each split is another one', () => {
    const secret = Secret.copy(Buffer.alloc(32));
    const [first, second] = [0, 1].map(() => splitSecret(secret, { threshold: 2, count: 2 })[0]?.value.bytes);
    expect(first).not.toEqual(second);
  });

  test('the least and the greatest number of shares', () => {
    const secret = randomBytes(4);
    for (const dealt of [
      { threshold: 2, count: 2 },
      { threshold: 255, count: 255 },
    ]) {
      expect(combineShares(splitSecret(Secret.copy(secret), dealt)).bytes).toEqual(secret);
    }
  });

  test.each([
    [1, 3],
    [4, 3],
    [2, 256],
  ])('%i of %i is refused', (threshold, count) => {
    expect(() => splitSecret(Secret.copy(Buffer.alloc(1)), { threshold, count })).toThrow(RangeError);
  });
});
