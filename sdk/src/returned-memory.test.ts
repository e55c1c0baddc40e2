import { expect, test } from 'vitest';
import { returnMemory } from './returned-memory.ts';

const large = 16 << 10;

test('large memory is given back', () => {
  const bytes = new Uint8Array(large);
  returnMemory(bytes);
  expect(bytes).toHaveLength(0);
  returnMemory(bytes);
});

test.each([
  ['small memory', 0, 100, 100],
  ['a part of large memory', 8, large, large + 8],
])('%s stays', (_what, offset, length, wholeLength) => {
  const whole = new Uint8Array(wholeLength).fill(7);
  returnMemory(whole.subarray(offset, offset + length));
  expect(whole).toEqual(new Uint8Array(wholeLength).fill(7));
});
