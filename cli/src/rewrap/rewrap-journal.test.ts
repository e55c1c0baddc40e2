import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RewrapJournal } from './rewrap-journal.ts';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ferrohsm-journal-'));
  path = join(folder, 'out.rewrap-journal');
});
afterEach(() => rmSync(folder, { recursive: true }));

const checkpoint = {
  ...{ inputBytes: 4, lines: 1, inputSha256: 'ab', draftBytes: 4 },
  counts: { rewrapped: 1, current: 0, failed: 0, failures: [], oldest: { backups: 2 } },
};

test('keeps the last checkpoint, for one job at a time', () => {
  {
    using journal = new RewrapJournal(path);
    expect(journal.read()).toBeUndefined();
    journal.write({ ...checkpoint, lines: 0 });
    journal.write(checkpoint);
    expect(() => new RewrapJournal(path)).toThrow(expect.objectContaining({ exitStatus: 75 }));
  }
  using journal = new RewrapJournal(path);
  expect(journal.read()).toEqual(checkpoint);
  journal.remove();
  expect(readdirSync(folder)).toEqual([]);
});

test('is not written through a link that somebody has laid there', () => {
  const target = join(folder, 'target');
  symlinkSync(target, path);
  expect(() => new RewrapJournal(path)).toThrow(expect.objectContaining({ exitStatus: 73 }));
  expect(existsSync(target)).toBe(false);
  writeFileSync(target, '');
  expect(() => new RewrapJournal(path)).toThrow('is not a file of yours');
  expect(readFileSync(target)).toHaveLength(0);
});
