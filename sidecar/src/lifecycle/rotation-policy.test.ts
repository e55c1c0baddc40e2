import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RotationPolicy, RotationSchedule } from '../generated/types.ts';
import { effectiveRotation } from './rotation-policy.ts';

function policy(name: string, schedule: RotationSchedule, labels: Record<string, string> = {}): RotationPolicy {
  return { name, labels, schedule };
}

const production = { environment: 'production' };

describe('what rotates a key', () => {
  test('is nothing without a schedule and a policy', () => {
    expect(effectiveRotation({ labels: production }, [])).toBeUndefined();
    expect(effectiveRotation({ labels: {} }, [policy('p', { afterUses: 5000 }, production)])).toBeUndefined();
  });

  test('is its own schedule, the policies of its labels, and the strictest of each limit', () => {
    const rotation = { everySeconds: 90_000, afterUses: 9000 };
    const policies = [
      policy('all', { everySeconds: 80_000, overlapSeconds: 60 }),
      policy('production', { everySeconds: 70_000, afterUses: 10_000 }, production),
      policy('elsewhere', { everySeconds: 5000 }, { environment: 'test' }),
      policy('both', { everySeconds: 6000 }, { ...production, team: 'payments' }),
    ];
    expect(effectiveRotation({ labels: production, rotation }, policies)).toEqual({
      schedule: { everySeconds: 70_000, afterUses: 9000, overlapSeconds: 60 },
      policies: { everySeconds: 'production', overlapSeconds: 'all' },
    });
    const labels = { ...production, team: 'payments', more: 'x' };
    expect(effectiveRotation({ labels, rotation }, policies)?.policies.everySeconds).toBe('both');
  });

  test('asks for the next version when the earliest of all would, whatever their order', () => {
    const limit = fc.option(fc.integer({ min: 3600, max: 3_153_600_000 }), { nil: undefined });
    const labels = fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('1', '2'));
    const some = fc.array(fc.tuple(labels, limit), { maxLength: 6 });
    fc.assert(
      fc.property(labels, limit, some, (own, ownLimit, others) => {
        const rotation = ownLimit === undefined ? {} : { everySeconds: ownLimit };
        const policies = others.map(([selected, everySeconds], index) =>
          policy(`p${index}`, everySeconds === undefined ? {} : { everySeconds }, selected),
        );
        const matching = others.filter(([wanted]) => JSON.stringify({ ...own, ...wanted }) === JSON.stringify(own));
        const all = [ownLimit, ...matching.map(([, value]) => value)].filter((value) => value !== undefined);
        const expected = all.length === 0 ? undefined : Math.min(...all);
        expect(effectiveRotation({ labels: own, rotation }, policies)?.schedule.everySeconds).toBe(expected);
        const reversed = effectiveRotation({ labels: own, rotation }, policies.toReversed());
        expect(reversed?.schedule.everySeconds).toBe(expected);
      }),
    );
  });
});
