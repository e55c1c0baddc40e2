import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { checkRandomSource } from './random-source.ts';

/** Bytes that repeat no value within 256, with `edit` applied. */
function counting(edit: (sample: Buffer) => void): (n: number) => Buffer {
  return (n) => {
    const sample = Buffer.from(Array.from({ length: n }, (_, index) => index & 0xff));
    edit(sample);
    return sample;
  };
}

test('passes the random source of the machine, many times', () => {
  for (let round = 0; round < 200; round++) expect(() => checkRandomSource()).not.toThrow();
});

test('stops at a stuck source', () => {
  expect(() => checkRandomSource((n) => Buffer.alloc(n, 0x5a))).toThrow('random source, repetition count');
});

test('allows 5 equal bytes in a row, not 6', () => {
  expect(() => checkRandomSource(counting((sample) => sample.fill(7, 700, 705)))).not.toThrow();
  expect(() => checkRandomSource(counting((sample) => sample.fill(7, 700, 706)))).toThrow('repetition count');
});

/** Sets every fifth byte to the first of the second window, until it occurs `count` times there. */
function biased(count: number): (n: number) => Buffer {
  return counting((sample) => {
    const value = sample.readUInt8(512);
    for (let index = 513; index < 1024; index++) if (sample[index] === value) sample.writeUInt8(value + 1, index);
    for (let hit = 1; hit < count; hit++) sample.writeUInt8(value, 512 + hit * 5);
  });
}

test('allows 18 occurrences of the first byte in a window of 512, not 19', () => {
  expect(() => checkRandomSource(biased(18))).not.toThrow();
  expect(() => checkRandomSource(biased(19))).toThrow('random source, adaptive proportion');
});

test('stops at a source of low entropy and at one that gives too little', () => {
  const coin = (n: number) => Buffer.from(randomBytes(n).map((byte) => byte & 3));
  expect(() => checkRandomSource(coin)).toThrow('random source');
  expect(() => checkRandomSource((n) => randomBytes(n - 1))).toThrow('too few bytes');
});
