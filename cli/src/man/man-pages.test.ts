import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { createProgram } from '../program.ts';
import { manPages } from './man-pages.ts';

const pages = manPages(createProgram());

function mandoc(words: readonly string[], page: string) {
  return spawnSync('mandoc', words, { input: page, encoding: 'utf8' });
}

const isThere = mandoc(['-Tlint'], '').error === undefined;
if (!isThere) console.warn('the manual pages were NOT checked: mandoc is not installed');

test('there is a page for the program, each noun and each command', () => {
  const names = pages.map(([name]) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toEqual(expect.arrayContaining(['ferrohsm', 'ferrohsm-key', 'ferrohsm-key-create', 'ferrohsm-serve']));
});

test.skipIf(!isThere)('mandoc finds nothing wrong with any of them but that they have no date', () => {
  for (const [name, page] of pages) {
    const complaints = mandoc(['-Tlint', '-W', 'warning'], page).stdout.split('\n').filter(Boolean);
    expect(
      complaints.filter((line) => !line.includes('missing date')),
      name,
    ).toEqual([]);
  }
});

test.skipIf(!isThere)('a page says what the help says, hyphens, backslashes and leading dots as they are', () => {
  const page = pages.find(([name]) => name === 'ferrohsm-init')?.[1] ?? '';
  const shown = mandoc(['-Tascii'], page).stdout.replaceAll(/.[\b]/g, '');
  expect(shown).toMatch(/^NAME\n +ferrohsm-init - The ceremony$/m);
  expect(shown).toMatch(/^ +--custodian <name>$/m);
  expect(shown).toContain('--custodian alice:1000 --custodian bob:1001 --custodian carol:1002 \\\n');
  expect(shown).toMatch(/^SEE ALSO\n +ferrohsm\(1\)$/m);
});
