import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSchemas } from '../../tools/generate/schemas.ts';
import { referencePages } from '../../tools/reference/pages.ts';
import { parsePage } from './markdown.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const schemas = readSchemas(join(root, 'schemas'), 'objects');

describe('a page of docs/reference is what `npm run build` writes', () => {
  test.each([...referencePages(root)])('%s', (path, text) => {
    expect(read(path)).toBe(text);
  });
});

test('every error has a row for what to do, and one for the dialects', () => {
  const rows = [...read('docs/reference/errors.md').matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, code]) => code);
  for (const { code } of schemas.errors) expect(rows.filter((row) => row === code)).toHaveLength(2);
  expect(rows).toHaveLength(2 * schemas.errors.length);
});

test('every method and every object has a heading', () => {
  const methods = schemas.methods.map(({ method }) => method.replace('.', '').toLowerCase());
  const objects = [...schemas.objects.keys()].map((title) => title.toLowerCase());
  expect([...parsePage(read('docs/reference/methods.md')).anchors]).toEqual(expect.arrayContaining(methods));
  expect([...parsePage(read('docs/reference/objects.md')).anchors]).toEqual(expect.arrayContaining(objects));
});

/** The row of a method that begins with that word. */
function factOf(method: string, fact: string): string | undefined {
  const [, section = ''] = read('docs/reference/methods.md').split(`\n### ${method}\n`);
  return new RegExp(`^\\| ${fact} \\| (.*) \\|$`, 'm').exec(section.split('\n### ')[0] ?? '')?.[1];
}

describe('the page of methods says what the shipped roles may', () => {
  test.each([
    ['system.status', 'everyone'],
    ['keys.create', 'Officer'],
    ['audit.list', 'Administrator, Auditor'],
    ['principals.set', 'Administrator (with 1 approval)'],
    ['approvals.cancel', 'everyone (own request)'],
    ['approvals.approve', 'Administrator (people only), Officer (people only)'],
    ['breakGlass.open', 'Operator (people only, with 1 approval)'],
  ])('%s', (method, roles) => {
    expect(factOf(method, 'who may')).toBe(roles);
  });

  test('and to what', () => {
    expect(factOf('subtle.sign', 'who may')).toMatch(
      /^everyone \(own session key\), Operator \(all but another's session key\), Service \(.*key labelled service=me/,
    );
  });
});
