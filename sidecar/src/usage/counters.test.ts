import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createUsageCounters, type Usage, type UsageStore } from './counters.ts';

const handle = `key_${'A'.repeat(22)}/1`;

/** What outlives the process, and how often it was written. */
function memory(): UsageStore & { readonly kept: Map<string, Usage>; writes: number } {
  const kept = new Map<string, Usage>();
  return {
    kept,
    writes: 0,
    load: (key) => kept.get(key),
    save(entries) {
      this.writes += 1;
      for (const [key, usage] of entries) kept.set(key, usage);
    },
  };
}

test('uses and bytes add up, and a stop keeps them exactly', () => {
  const store = memory();
  let nowMs = 5;
  const first = createUsageCounters(store, () => nowMs);
  expect(first.of(handle)).toBeUndefined();
  first.count(handle, 100);
  nowMs = 9;
  expect(first.count(handle, 50)).toMatchObject({ uses: 2, bytes: 150, usedAt: 9 });
  first.close();
  const second = createUsageCounters(store, () => nowMs);
  expect(second.of(handle)).toEqual({ uses: 2, bytes: 150, usedAt: 9 });
  second.count(handle, 1);
  expect(second.of(handle)).toEqual({ uses: 3, bytes: 151, usedAt: 9 });
});

test('the disk is written once for a thousand uses', () => {
  const store = memory();
  const counters = createUsageCounters(store, () => 5);
  for (let i = 0; i < 10_010; i++) counters.count(handle, 10);
  expect(store.writes).toBe(10);
});

test('after a crash the counts are never too small, and at most a block too big', () => {
  const step = fc.tuple(fc.constantFrom('a/1', 'b/2'), fc.integer({ min: 0, max: 40 << 20 }));
  fc.assert(
    fc.property(fc.array(fc.array(step, { maxLength: 30 }), { maxLength: 6 }), (lives) => {
      const store = memory();
      const truth = new Map<string, { uses: number; bytes: number }>();
      for (const [life, steps] of lives.entries()) {
        const counters = createUsageCounters(store, () => 5);
        for (const [key, bytes] of steps) {
          counters.count(key, bytes);
          const { uses = 0, bytes: before = 0 } = truth.get(key) ?? {};
          truth.set(key, { uses: uses + 1, bytes: before + bytes });
        }
        // No close: the process died.
        for (const [key, { uses, bytes }] of truth) {
          const kept = store.kept.get(key);
          expect(kept?.uses).toBeGreaterThanOrEqual(uses);
          expect(kept?.bytes).toBeGreaterThanOrEqual(bytes);
          expect(kept?.uses).toBeLessThanOrEqual(uses + 1000 * (life + 1));
        }
      }
    }),
    { numRuns: 300 },
  );
});
