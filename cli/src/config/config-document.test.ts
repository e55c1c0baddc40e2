import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readConfigDocument } from './config-document.ts';

test.each([
  ['a key twice', 'a: 1\nb: 2\na: 3\n', 3, 1, 'this key is there twice'],
  ['an anchor', 'a: &x 1\n', 1, 7, 'anchors are not taken here'],
  ['an alias', '{a: 1, b: *x}', 1, 11, 'aliases are not taken here: write the value'],
  ['a tag of YAML', 'a: !!binary YWJj', 1, 13, 'tags are not taken here'],
  ['a tag of its own', 'a: !secret b', 1, 12, 'tags are not taken here'],
  ['another version', '%YAML 1.1\n---\na: yes', 1, 1, 'directives are not taken here'],
  ['two documents', 'a: 1\n---\na: 2\n', 2, 1, 'a second document is not taken here'],
  ['a key that is no text', '? [a]\n: 1\n', 1, 3, 'a key must be a text'],
  ['a tab', 'a:\n\tb: 1\n', 2, 1, 'tabs are not allowed as indentation'],
  ['an open quote', 'a: "b\n', 2, 1, 'missing closing "quote'],
  ['an open list', 'a: [b\n', 2, 1, 'flow sequence in block collection must be sufficiently indented and end with a ]'],
])('%s is refused', (_, text, line, column, reason) => {
  const { findings, value } = readConfigDocument(text);
  expect(findings).toMatchObject([{ line, column, reason }]);
  expect(value).toBeUndefined();
});

test('a file that would exhaust the stack is refused with one sentence', () => {
  const { findings } = readConfigDocument('['.repeat(100_000));
  expect(findings).toMatchObject([{ line: 1, reason: 'nested too deeply' }]);
});

test('a fault never quotes the line, in which a secret may stand', () => {
  for (const text of ['a: "hunter2 \\q"', 'a: hunter2: b', '- hunter2\nb: 1', 'a: "hunter2', 'hunter2\na: b\n\tc']) {
    const { findings } = readConfigDocument(text);
    expect(findings.length).toBeGreaterThan(0);
    expect(JSON.stringify(findings)).not.toContain('hunter2');
  }
});

test.each(['', '\n', '# nothing yet\n', '---\n'])('a file without a value is an empty configuration: %j', (text) => {
  expect(readConfigDocument(text)).toMatchObject({ value: {}, findings: [] });
});

test('scalars are those of YAML 1.2: octal digits are no number in base 8, yes is a text', () => {
  const text = 'a: yes\nb: 010\nc: 0o10\nd: true\ne: ~\n<<: {f: 1}\n';
  expect(readConfigDocument(text).value).toEqual(parse(text));
  expect(readConfigDocument(text).value).toEqual({ a: 'yes', b: 10, c: 8, d: true, e: null, '<<': { f: 1 } });
});

test('names and values are found again', () => {
  const document = readConfigDocument('# head\na:\n  b:\n    - x\n    - {c: d}\n');
  expect(document.placeOf(['a', 'b', 1, 'c'])).toEqual({ line: 5, column: 11 });
  expect(document.placeOf(['a', 'b', 0])).toEqual({ line: 4, column: 7 });
  expect(document.placeOf(['a', 'missing'])).toEqual({ line: 3, column: 3 });
  expect(document.placeOfName(['a', 'b'])).toEqual({ line: 3, column: 3 });
  expect(document.placeOfName(['a', 'b', 1, 'c'])).toEqual({ line: 5, column: 8 });
});
