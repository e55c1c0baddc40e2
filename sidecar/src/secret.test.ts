import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { Secret, secretMemory } from './secret.ts';

test('takes memory over that holds nothing else, and wipes it in the end', () => {
  const source = Buffer.allocUnsafeSlow(32).fill(7);
  const secret = Secret.take(source);
  expect(secret.bytes.buffer).toBe(source.buffer);
  secret.dispose();
  expect(source).toEqual(Buffer.alloc(32));
  expect(secret.length).toBe(0);
});

test('copies a part of shared memory and wipes that part alone', () => {
  const shared = Buffer.allocUnsafeSlow(64).fill(7);
  const secret = Secret.take(shared.subarray(8, 40));
  expect(secret.bytes).toEqual(Buffer.alloc(32, 7));
  expect(secret.bytes.buffer).not.toBe(shared.buffer);
  expect(shared.subarray(8, 40)).toEqual(Buffer.alloc(32));
  expect(shared.subarray(40)).toEqual(Buffer.alloc(24, 7));
});

test('shows nothing of itself', () => {
  using secret = Secret.take(Buffer.from('planted-secret'));
  expect(`${secret} ${inspect({ secret })}`).toBe('[Secret] { secret: [Secret] }');
  expect(() => JSON.stringify({ secret })).toThrow(TypeError);
});

test('memory for a secret is outside the heap, where the one of Buffer is not', () => {
  const count = 10_000;
  const outside = (allocate: (length: number) => Buffer) => {
    const before = process.memoryUsage().arrayBuffers;
    const kept = Array.from({ length: count }, () => allocate(32));
    const after = process.memoryUsage().arrayBuffers;
    return (after - before) / kept.length;
  };
  expect(outside(secretMemory)).toBeGreaterThan(16);
  expect(outside(Buffer.allocUnsafeSlow)).toBeLessThan(16);
  expect(secretMemory(65)).toHaveLength(65);
});
