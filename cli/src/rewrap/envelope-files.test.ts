import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { filesBelow } from './envelope-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-folder-'));
afterAll(() => rmSync(folder, { recursive: true }));

function written(name: string, minutesAgo: number): string {
  const path = join(folder, name);
  writeFileSync(path, name);
  const at = Date.now() / 1000 - minutesAgo * 60;
  utimesSync(path, at, at);
  return path;
}

test('a draft is removed when nobody has written it for ten minutes; that of a job that is alive stays', () => {
  const envelope = written('a.fhsm', 60);
  const alive = written(`a.fhsm.${'ab'.repeat(6)}.rewrap`, 9);
  const abandoned = written(`b.fhsm.${'cd'.repeat(6)}.rewrap`, 11);
  expect([...filesBelow(folder)].map(({ path }) => path)).toEqual([envelope]);
  expect([alive, abandoned].map((path) => existsSync(path))).toEqual([true, false]);
});
