import { afterEach, expect, test, vi } from 'vitest';
import { runSize } from './run-size.ts';

const variable = 'FERROHSM_TEST_SIZE';

afterEach(() => vi.unstubAllEnvs());

test('a run does as much as the environment says, or as usual', () => {
  expect(runSize(variable, 60)).toBe(60);
  vi.stubEnv(variable, '10000');
  expect(runSize(variable, 60)).toBe(10_000);
});

test.each(['0', '00', '', '-1', '1.5', '1e3', 'Infinity', 'all', '60 ', '1_000', '6O'])('%j is refused', (text) => {
  vi.stubEnv(variable, text);
  expect(() => runSize(variable, 60)).toThrow(variable);
});
