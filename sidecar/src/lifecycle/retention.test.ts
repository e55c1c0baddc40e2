import { describe, expect, test } from 'vitest';
import type { KeyRecord, KeyVersion, RetentionClass } from '../generated/types.ts';
import { keepingOf, selfDestruction } from './retention.ts';

const day = 86_400_000;

/** The classes that FerroHSM has documented from the start, in days. */
const documented = {
  'operational.default': 180,
  'operational.critical': 365,
  'compliance.sox': 7 * 365,
  'test.ephemeral': 30,
};

function classOf(name: string, days: number, change: Partial<RetentionClass> = {}): RetentionClass {
  return { name, keepSeconds: days * 86_400, destroys: false, ...change };
}

function classes(...all: RetentionClass[]): ReadonlyMap<string, RetentionClass> {
  return new Map(all.map((each) => [each.name, each]));
}

const version: KeyVersion = {
  ...{ version: 1, state: 'deactivated', algorithm: { name: 'Ed25519' }, createdAt: 0 },
  ...{ since: 300 * day, endedAt: 100 * day },
};

function record(change: Partial<KeyRecord> = {}): KeyRecord {
  return {
    ...{ id: `key_${'A'.repeat(22)}`, name: 'a', owner: 'olga', type: 'private', extractable: false },
    ...{ usages: ['sign'], labels: {}, createdAt: 0, updatedAt: 0, revision: 1, versions: [version] },
    ...change,
  };
}

function keptDays(of: KeyRecord, known: ReadonlyMap<string, RetentionClass>): number | undefined {
  const keeping = keepingOf(of, version, known);
  return keeping && keeping.untilMs / day;
}

describe('a version', () => {
  test.each(Object.entries(documented))('of class %s is kept for %d days from the end of its use', (name, days) => {
    expect(keptDays(record({ labels: { retention: name } }), classes(classOf(name, days)))).toBe(100 + days);
  });

  test('without a class is kept by nothing, with a default class by that', () => {
    expect(keptDays(record(), classes(classOf('other', 9)))).toBeUndefined();
    expect(keptDays(record(), classes(classOf('default', 365)))).toBe(465);
  });

  test.each([
    ['the default class', 400, 30, 0, 0, 500],
    ['its own class', 30, 400, 0, 0, 500],
    ['what was said of the key', 30, 40, 50, 0, 150],
    ['a date', 30, 40, 50, 151, 151],
    ['the default class, whatever the date', 60, 40, 50, 151, 160],
  ])('is kept by the longest: %s', (_, defaultDays, classDays, keepDays, untilDay, expected) => {
    const known = classes(classOf('default', defaultDays), classOf('sox', classDays));
    const retention = { keepSeconds: keepDays * 86_400, until: untilDay * day };
    expect(keptDays(record({ labels: { retention: 'sox' }, retention }), known)).toBe(expected);
  });

  test('under a legal hold, or of a class that is not there, is kept without an end', () => {
    const held = record({ retention: { hold: 'case 12' } });
    expect(keepingOf(held, version, classes())).toEqual({
      untilMs: Number.POSITIVE_INFINITY,
      reason: 'legal hold: case 12',
    });
    expect(keptDays(record({ labels: { retention: 'typo' } }), classes(classOf('default', 1)))).toBe(
      Number.POSITIVE_INFINITY,
    );
  });

  test('that was never used is kept by no class', () => {
    const unused: KeyVersion = {
      version: 1,
      state: 'pre-activation',
      algorithm: { name: 'Ed25519' },
      createdAt: 5 * day,
    };
    expect(keepingOf(record(), unused, classes(classOf('default', 365)))).toBeUndefined();
  });
});

describe('destruction by itself', () => {
  const destroying = classOf('default', 1, { destroys: true, graceSeconds: 60 });

  test('is asked for by every class of the key, with the longest grace', () => {
    const labels = { retention: 'sox' };
    expect(selfDestruction(record(), classes())).toBeUndefined();
    expect(selfDestruction(record(), classes(destroying))).toEqual({ graceMs: 60_000 });
    expect(selfDestruction(record({ labels }), classes(destroying, classOf('sox', 2)))).toBeUndefined();
    const both = classes(destroying, classOf('sox', 2, { destroys: true }));
    expect(selfDestruction(record({ labels }), both)).toEqual({ graceMs: 30 * day });
  });
});
