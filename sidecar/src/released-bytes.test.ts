import { expect, it } from 'vitest';
import { releaseBytes } from './released-bytes.ts';

const large = 16 << 10;

it('gives large memory back', () => {
  const bytes = Buffer.allocUnsafeSlow(large).fill(7);
  releaseBytes(bytes);
  expect(bytes.buffer.detached).toBe(true);
});

it.each([
  ['small memory', 0, 100, 100],
  ['a part of large memory', 8, large, large + 8],
])('only wipes %s', (_what, offset, length, wholeLength) => {
  const whole = new Uint8Array(wholeLength).fill(7);
  const bytes = whole.subarray(offset, offset + length);
  releaseBytes(bytes);
  expect(bytes).toEqual(new Uint8Array(length));
  expect(whole.subarray(0, offset)).toEqual(new Uint8Array(offset).fill(7));
});

it('may be asked twice', () => {
  const bytes = Buffer.allocUnsafeSlow(large);
  releaseBytes(bytes);
  releaseBytes(bytes);
  expect(bytes).toHaveLength(0);
});
