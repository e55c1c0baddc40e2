import { describe, expect, test } from 'vitest';
import { checkCensus, readCensus } from './census.ts';
import { compareWithNative } from './compare-with-native.ts';
import { checkLosses, readLosses } from './losses.ts';
import { compareOutcomes } from './parity.ts';
import { howToGetTheSuite, suiteRoot } from './suite.ts';

const root = suiteRoot();
if (root === undefined) console.log(`skipped: ${howToGetTheSuite}`);

/** A few files of what `npm run test:wpt` runs whole. */
describe.skipIf(root === undefined)('WebCryptoAPI suite', () => {
  test.each([['sign_verify/ecdsa'], ['sign_verify/mldsa'], ['encap_decap/']])('%s', async (part) => {
    const stage = { transport: 'socket', publicKeys: 'local' } as const;
    const { parities } = await compareWithNative({ root: root as string, only: [part], width: 2, ...stage });
    expect(parities.flatMap(({ kept }) => kept).length).toBeGreaterThan(0);
    expect(parities.flatMap(({ breakdowns }) => breakdowns)).toEqual([]);
    expect(parities.flatMap((parity) => checkLosses(parity, readLosses()))).toEqual([]);
    expect(parities.flatMap((parity) => checkCensus(parity, readCensus()))).toEqual([]);
  });
});

describe('the gate', () => {
  const passed = (...names: string[]) => ({
    file: 'WebCryptoAPI/some.any.js',
    variant: '',
    subtests: names.map((name) => ({ name, status: 'PASS' as const })),
  });
  const native = passed('one', 'two', 'two', 'three');
  const gate = (ours: ReturnType<typeof passed>, loss: object) =>
    compareOutcomes([native], [ours]).flatMap((parity) =>
      checkLosses(parity, { 'some.any.js': { reason: 'a reason', ...loss } }),
    );

  test('holds when exactly the recorded subtests are lost', () => {
    expect(gate(passed('one', 'two'), { lost: ['three', 'two #2'] })).toEqual([]);
    expect(gate(passed('one'), { allBut: ['one'] })).toEqual([]);
  });

  test('names a loss that is new and one that is gone', () => {
    expect(gate(passed('two', 'two', 'three'), { lost: ['three'] })).toEqual([
      'some.any.js: lost: one',
      'some.any.js: recorded as lost, but passes: three',
    ]);
    expect(gate(passed(), { allBut: ['one'] })).toEqual(['some.any.js: lost: one']);
  });

  test('takes a file that broke down as all lost', () => {
    const broken = { ...passed('one', 'two', 'two', 'three'), breakdown: 'timeout' };
    expect(gate(broken, {})).toHaveLength(4);
  });

  test('counts every pass, and fails with one more as with one less', () => {
    const count = (ours: ReturnType<typeof passed>, recorded: object) =>
      compareOutcomes([native], [ours]).flatMap((parity) => checkCensus(parity, { ...recorded }));
    const ours = passed('one', 'two', 'two', 'four');
    expect(count(ours, { 'some.any.js': 4 })).toEqual([]);
    expect(count(ours, { 'some.any.js': 3 })).toEqual(['some.any.js: passes 4, recorded 3']);
    expect(count(ours, { 'some.any.js': 5 })).toEqual(['some.any.js: passes 4, recorded 5']);
    expect(count(ours, {})).toEqual(['some.any.js: not in the census']);
  });

  test('refuses losses without a reason', () => {
    expect(gate(passed('one'), { allBut: ['one'], reason: 'not explained' })).toEqual([
      'some.any.js: the losses need a reason',
    ]);
  });
});
