import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/threat-model.md'), 'utf8');

/** Rows `| claim | [title of the test](../its file) |`. */
const claims = [...page.matchAll(/^\| (.+?) \| \[(.+)\]\(\.\.\/(\S+\.test\.ts)\) \|$/gm)].map(
  ([, claim = '', title = '', file = '']) => ({ claim, title, file }),
);

/** Whether the first argument of a call in the file, of a test or a group of tests, is that title. */
function hasTitle(file: string, title: string): boolean {
  const source = readFileSync(join(root, file), 'utf8').replaceAll(/\(\s+/g, '(');
  return ["'", '"', '`'].some((quote) => source.includes(`(${quote}${title}${quote},`));
}

test('every claim of the tables names a test', () => {
  const [, tables = ''] = /^## Each claim, and the test that shows it\n(.*?)^## /ms.exec(page) ?? [];
  const rows = tables.split('\n').filter((line) => /^\| (?!claim|---)/.test(line));
  expect(rows.length).toBeGreaterThan(50);
  expect(claims).toHaveLength(rows.length);
});

describe('the test that a claim of docs/threat-model.md names is there', () => {
  test.each(claims)('$claim', ({ title, file }) => {
    expect(hasTitle(file, title)).toBe(true);
  });

  test('and another one is not found', () => {
    expect(hasTitle('test/memory/closed-process.test.ts', 'starts no inspectors')).toBe(false);
    expect(hasTitle('test/memory/closed-process.test.ts', 'inspector')).toBe(false);
  });
});
