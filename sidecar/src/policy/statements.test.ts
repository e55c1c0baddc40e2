import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { type Cedar, loadCedar } from './cedar.ts';
import { lineAt, statementsOf } from './statements.ts';

let cedar: Cedar;
beforeAll(async () => {
  cedar = await loadCedar();
});

const trivia = fc.array(
  fc.constantFrom(
    '\n',
    ' ',
    '\r\n',
    '\t',
    '\u00a0',
    '\u0085',
    '// a;b "\n',
    '// @id("x") permit;\r',
    '// €😀\n\n',
    '//\n',
  ),
  { maxLength: 4 },
);
const policies = fc.constantFrom(
  '@id("a") permit (principal, action, resource);',
  '@id("b")\n// "inner; comment\nforbid (principal, action, resource)\nwhen { "a;b" == "// no comment" };',
  '@id("é;") permit (principal, action, resource) unless { "\\"; //" like "*;*" };',
  '@a @id("€")\rpermit(principal,\r\naction,resource)when{"line\nfeed; in a string" == "😀"};',
  '@id("t") forbid (principal == ?principal, action, resource);',
);

test('statements are what Cedar takes for policies, each at its line', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(trivia, policies), { maxLength: 12 }), trivia, (pieces, rest) => {
      const expected: { text: string; line: number }[] = [];
      let text = '';
      for (const [before, policy] of pieces) {
        text += before.join('');
        expected.push({ text: policy, line: (text.match(/\n/g) ?? []).length + 1 });
        text += policy;
      }
      text += rest.join('');
      const statements = statementsOf(text);
      expect(statements).toEqual(expected);
      const parts = cedar.policySetTextToParts(text);
      if (parts.type === 'failure') throw new Error(`${parts.errors[0]?.message}: ${JSON.stringify(text)}`);
      expect([...parts.policies, ...parts.policy_templates].sort()).toEqual(statements.map((one) => one.text).sort());
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['', []],
  [' \n// only; a comment', []],
  ['permit (', [{ text: 'permit (', line: 1 }]],
  [
    '\n;;',
    [
      { text: ';', line: 2 },
      { text: ';', line: 2 },
    ],
  ],
  [
    'a "never closed; b;',
    [
      { text: 'a "never closed;', line: 1 },
      { text: 'b;', line: 1 },
    ],
  ],
])('%j is split whether or not it parses', (text, expected) => {
  expect(statementsOf(text)).toEqual(expected);
});

test('lines are found by bytes of UTF-8', () => {
  const statement = { text: '€€€\né😀\nx', line: 7 };
  const places: [line: number, byte: number][] = [
    [7, 0],
    [7, 9],
    [8, 10],
    [8, 16],
    [9, 17],
    [9, 18],
    [9, 99],
  ];
  for (const [line, byte] of places) expect(lineAt(statement, byte)).toBe(line);
});
