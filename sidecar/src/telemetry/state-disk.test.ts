import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StateDisk } from './state-disk.ts';

const isAllowed = process.platform === 'linux' && process.geteuid?.() === 0;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ferrohsm-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('tells what is free, and finds nothing wrong with it', async () => {
  const disk = new StateDisk(folder);
  const { bavail, bsize } = statfsSync(folder);
  expect(await disk.reasons()).toEqual([]);
  expect(Math.abs(((await disk.freeBytes()) ?? 0) - bavail * bsize)).toBeLessThan(1 << 30);
});

it('cannot be written when it is gone', async () => {
  const disk = new StateDisk(join(folder, 'gone'));
  expect(await disk.reasons()).toEqual(['disk_unwritable']);
  expect(await disk.freeBytes()).toBeUndefined();
});

describe.skipIf(!isAllowed)('a file system of its own', () => {
  afterEach(() => execFileSync('umount', [folder]));

  it.each([
    ['size=64m', []],
    ['size=8m', ['disk_full']],
    ['size=64m,ro', ['disk_unwritable']],
  ])('mounted with %s', async (options, reasons) => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]);
    expect(await new StateDisk(folder).reasons()).toEqual(reasons);
  });
});
