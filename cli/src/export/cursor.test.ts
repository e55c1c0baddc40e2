import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readCursor, writeCursor } from './cursor.ts';

const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-cursor-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'cursor');
const cursor = {
  origin: 'hsm.example/log',
  next: 5,
  size: 7,
  root: 'ab'.repeat(32),
  bundlesRoot: 'cd'.repeat(32),
  successions: ['{}'],
};

test('is read as it was written', () => {
  expect(readCursor(path)).toBeUndefined();
  writeCursor(path, cursor);
  expect(readCursor(path)).toEqual(cursor);
});

test.each([
  ['next beyond size', { next: 8 }],
  ['a negative count', { next: -1 }],
  ['a short root', { root: 'ab' }],
  ['no root of the bundles', { bundlesRoot: undefined }],
  ['no successions', { successions: undefined }],
  ['successions that are no texts', { successions: [1] }],
  ['no origin', { origin: undefined }],
])('%s is refused', (_, change) => {
  writeFileSync(path, JSON.stringify({ ...cursor, ...change }));
  expect(() => readCursor(path)).toThrow('is not a cursor');
});
