import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { encodeWrappedKey, readWrappedKey } from './wrapped-key-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-wrapped-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'wrapped');

const key = {
  importId: 'imp_1',
  wrapped: Buffer.from('wrapped'),
  format: 'pkcs8',
  algorithm: { name: 'Ed25519' },
  usages: ['sign', 'verify'],
} as const;

test('what was written is read', () => {
  writeFileSync(file, encodeWrappedKey(key));
  expect(readWrappedKey(file)).toStrictEqual(key);
});

test('what else is in the file decides nothing', () => {
  const foreign = {
    ...{ name: 'root/ca', requestId: 'known', labels: { team: 'theirs' }, description: 'theirs' },
    ...{ active: false, expiresAt: 1, owner: 'mallory', extractable: true },
  };
  writeFileSync(file, JSON.stringify({ ...foreign, ...JSON.parse(encodeWrappedKey(key).toString()) }));
  expect(readWrappedKey(file)).toStrictEqual(key);
});

test.each([['{"importId":"imp_1"}'], ['{"wrapped":"YQ"}'], ['{"importId":1,"wrapped":"YQ"}'], ['[]']])(
  '%s is no wrapped key',
  (text) => {
    writeFileSync(file, text);
    expect(() => readWrappedKey(file)).toThrow(expect.objectContaining({ exitStatus: 65 }));
  },
);
