import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Soonest } from './soonest.ts';

test('everybody is taken in time, or known to be looked for at the horizon', () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 100 })), {
    maxLength: 200,
  });
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 8 }), fc.integer({ min: 0, max: 100 }), (told, capacity, nowMs) => {
      const soonest = new Soonest(capacity);
      const times = new Map<string, number>();
      for (const [subject, timeMs] of told) {
        soonest.tell(String(subject), timeMs);
        times.set(String(subject), Math.min(timeMs, times.get(String(subject)) ?? timeMs));
      }
      const { horizonMs } = soonest;
      const due = [...times].filter(([, timeMs]) => timeMs <= nowMs).map(([subject]) => subject);
      const taken = soonest.take(nowMs);
      expect(taken.every((subject) => due.includes(subject))).toBe(true);
      expect(taken.length).toBeLessThan(2 * capacity);
      const missed = due.filter((subject) => !taken.includes(subject));
      expect(missed.every((subject) => (times.get(subject) ?? 0) >= horizonMs)).toBe(true);
      expect(soonest.take(nowMs)).toEqual([]);
    }),
  );
});

test('who comes later than the horizon is not held', () => {
  const soonest = new Soonest(2);
  for (const timeMs of [40, 10, 30, 20]) soonest.tell(`at ${timeMs}`, timeMs);
  expect(soonest.horizonMs).toBe(30);
  soonest.tell('at 35', 35);
  expect(soonest.take(100)).toEqual(['at 10', 'at 20']);
});

test('when all are told anew, who is held stays so, and there is no horizon', () => {
  const soonest = new Soonest(2);
  for (const timeMs of [40, 10, 30, 20]) soonest.tell(`at ${timeMs}`, timeMs);
  soonest.beginAnew();
  expect(soonest.horizonMs).toBe(Number.POSITIVE_INFINITY);
  soonest.tell('at 35', 35);
  expect(soonest.take(100)).toEqual(['at 10', 'at 20', 'at 35']);
});

test('the first of several times counts until it is taken', () => {
  const soonest = new Soonest(2);
  soonest.tell('a', 10);
  soonest.tell('a', 20);
  expect(soonest.take(10)).toEqual(['a']);
  soonest.tell('a', 20);
  soonest.tell('a', 15);
  expect(soonest.take(14)).toEqual([]);
  expect(soonest.take(15)).toEqual(['a']);
  expect(soonest.take(100)).toEqual([]);
});
