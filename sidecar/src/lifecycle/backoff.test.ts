import { expect, test } from 'vitest';
import { createBackoff } from './backoff.ts';

test('each failure doubles the wait up to the longest one, and a success ends it', () => {
  let nowMs = 0;
  const backoff = createBackoff({ firstMs: 1000, mostMs: 5000, now: () => nowMs });
  const waits = [1000, 2000, 4000, 5000, 5000];
  for (const wait of waits) {
    expect(backoff.mayTry('a')).toBe(true);
    backoff.failed('a');
    nowMs += wait - 1;
    expect(backoff.mayTry('a')).toBe(false);
    expect(backoff.mayTry('b')).toBe(true);
    nowMs += 1;
  }
  backoff.succeeded('a');
  backoff.failed('a');
  nowMs += 1000;
  expect(backoff.mayTry('a')).toBe(true);
});
