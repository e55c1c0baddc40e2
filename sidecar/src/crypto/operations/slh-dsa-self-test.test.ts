import { expect, test } from 'vitest';
import { createSlhDsaSelfTest } from './slh-dsa-self-test.ts';

test('a parameter set is tested once, before its first use', () => {
  const tested: string[] = [];
  const requireSelfTest = createSlhDsaSelfTest((name) => tested.push(name) > 0);
  for (const name of ['SLH-DSA-SHA2-128f', 'SLH-DSA-SHA2-128f', 'SLH-DSA-SHAKE-128f']) requireSelfTest(name);
  expect(tested).toEqual(['SLH-DSA-SHA2-128f', 'SLH-DSA-SHAKE-128f']);
});

test('a failure is reported by name, and again at the next use', () => {
  const requireSelfTest = createSlhDsaSelfTest(() => false);
  for (let use = 0; use < 2; use++) {
    expect(() => requireSelfTest('SLH-DSA-SHA2-128f')).toThrow('self-test failed: SLH-DSA-SHA2-128f');
  }
});
