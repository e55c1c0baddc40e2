import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { portableCopy, portableResult, wipeBytes } from './portable.ts';

test('a copy has memory of its own at every depth, and only that is moved', () => {
  const pooled = Buffer.from('secret neighbour');
  const { privateKey } = generateKeyPairSync('ed25519');
  const job = {
    operation: 'derive',
    algorithm: { name: 'X25519', public: { data: pooled.subarray(0, 6) } },
    key: { parts: [privateKey] },
    data: pooled.subarray(7),
  };
  const { value, transfer } = portableCopy(job);
  const received = structuredClone({ ...value, key: undefined }, { transfer: [...transfer] as ArrayBuffer[] });
  expect(Buffer.from(received.data).toString()).toBe('neighbour');
  expect(Buffer.from(received.algorithm.public.data).toString()).toBe('secret');
  expect(received.algorithm.public.data.buffer.byteLength).toBe(6);
  expect(value.key.parts[0]).toBe(privateKey);
  expect(pooled.toString()).toBe('secret neighbour');
});

test('a result moves as it is, or is copied out of shared memory and wiped there', () => {
  const own = Buffer.allocUnsafeSlow(4).fill('a');
  const pooled = Buffer.from('bbbb');
  const { value, transfer } = portableResult({ sharedKey: own, ciphertext: pooled });
  expect(value.sharedKey).toBe(own);
  expect(value.ciphertext.toString()).toBe('bbbb');
  expect(value.ciphertext.buffer.byteLength).toBe(4);
  expect(pooled).toEqual(Buffer.alloc(4));
  expect(transfer).toEqual([own.buffer, value.ciphertext.buffer]);
});

test('what is no bytes stays as it is', () => {
  expect(portableResult(true)).toEqual({ value: true, transfer: [] });
});

test('wiping reaches every byte array', () => {
  const job = { data: Buffer.from('data'), algorithm: { iv: Buffer.from('iv') } };
  wipeBytes(job);
  expect(job).toEqual({ data: Buffer.alloc(4), algorithm: { iv: Buffer.alloc(2) } });
});
