import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'vitest';
import { writeOutputFile } from './output-file.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fhsm-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a file is replaced as a whole, and nothing else stays behind', () => {
  const path = join(folder, 'out');
  writeOutputFile(path, Buffer.from('one'));
  writeOutputFile(path, Buffer.from('two'));
  assert.equal(readFileSync(path, 'utf8'), 'two');
  assert.deepEqual(readdirSync(folder), ['out']);
});

test('a secret is private and replaces nothing but by force', () => {
  const path = join(folder, 'secret');
  writeOutputFile(path, Buffer.from('one'), { secret: true });
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.throws(() => writeOutputFile(path, Buffer.from('two'), { secret: true }), {
    exitStatus: 73,
    message: /refusing/,
  });
  assert.equal(readFileSync(path, 'utf8'), 'one');
  writeOutputFile(path, Buffer.from('two'), { secret: true, force: true });
  assert.equal(readFileSync(path, 'utf8'), 'two');
  assert.deepEqual(readdirSync(folder), ['secret']);
});

test('a secret does not follow a symbolic link', () => {
  const target = join(folder, 'target');
  writeFileSync(target, 'precious');
  symlinkSync(target, join(folder, 'link'));
  assert.throws(() => writeOutputFile(join(folder, 'link'), Buffer.from('x'), { secret: true }), { exitStatus: 73 });
  assert.equal(readFileSync(target, 'utf8'), 'precious');
});

test('a device is written to, not replaced; a folder that is not there is named', () => {
  writeOutputFile('/dev/null', Buffer.from('x'), { secret: true });
  assert(statSync('/dev/null').isCharacterDevice());
  assert.throws(() => writeOutputFile(join(folder, 'a', 'b'), Buffer.from('x')), { exitStatus: 73, message: /ENOENT/ });
});
