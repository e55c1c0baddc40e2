import { beforeAll, describe, expect, test } from 'vitest';
import type { PolicyFinding } from '../generated/types.ts';
import { defaultPolicy } from './default-policy.ts';
import type { PolicyEngine } from './engine.ts';
import { engineOf } from './test-request.ts';

let engine: PolicyEngine;
beforeAll(async () => {
  engine = await engineOf('');
});

const good = '@id("good") permit (principal, action, resource);';
const onKeys = (condition: string, id = 'a') =>
  `@id("${id}")\npermit (principal, action, resource is Key)\nwhen { ${condition} };`;

type Expected = Readonly<{ policy?: string; line: number; reason: string }>;

/** Texts by what is wrong with them; lines are counted from the first character of the text. */
const kinds: Readonly<Record<string, [text: string, ...Expected[]]>> = {
  'an error of syntax': [
    '@id("a")\npermit (principal, action, resource)\nwhen { resource == };',
    { policy: 'a', line: 3, reason: 'unexpected token `}`' },
  ],
  'an end before the semicolon': [
    '@id("a")\npermit (principal',
    { policy: 'a', line: 2, reason: 'unexpected end of input' },
  ],
  'a string that is never closed': [
    '@id("a")\npermit (principal, action, resource)\nwhen { "x };',
    { policy: 'a', line: 3, reason: 'invalid token' },
  ],
  'a semicolon too many': [`${good}\n;`, { line: 2, reason: 'unexpected token `;`' }],
  'a sign that is none of Cedar': [`${good} \ufeff`, { line: 1, reason: 'invalid token' }],
  'an unknown action': [
    '\n@id("a") permit (principal, action == Action::"subtle.Sign", resource);',
    { policy: 'a', line: 2, reason: 'unrecognized action `Action::"subtle.Sign"`' },
  ],
  'an unknown type of entity': [
    '@id("a") permit (principal in Rolle::"Operator", action, resource);',
    { policy: 'a', line: 1, reason: 'unrecognized entity type `Rolle`' },
  ],
  'an unknown role': [
    '@id("a") permit (principal in Role::"Root", action, resource);',
    { policy: 'a', line: 1, reason: '`"Root"` is not declared' },
  ],
  'an unknown attribute': [
    onKeys('resource.scope == "named" &&\n  resource.scoop == "named"'),
    { policy: 'a', line: 4, reason: 'attribute `scoop` on entity type `Key` not found' },
  ],
  'an attribute that may be missing': [onKeys('resource.name == "x"'), { policy: 'a', line: 3, reason: 'name' }],
  'unlike types': [
    onKeys('resource.scope == 1'),
    { policy: 'a', line: 3, reason: 'types Long and String are not compatible' },
  ],
  'a wrong type': [onKeys('resource.scope < 1'), { policy: 'a', line: 3, reason: 'expected Long but saw String' }],
  'an unknown field of the context': [onKeys('context.hour > 8'), { policy: 'a', line: 3, reason: '`hour`' }],
  'a forbid that can never stand': [
    '\n\n@id("a") forbid (principal, action == Action::"subtle.sign", resource is System);',
    { policy: 'a', line: 3, reason: 'unable to find an applicable action' },
    { policy: 'a', line: 3, reason: 'policy is impossible' },
  ],
  'a condition that is always false': [
    onKeys('resource.extractable && false'),
    { policy: 'a', line: 1, reason: 'policy is impossible' },
  ],
  'a text in two scripts': [
    onKeys('resource.scope == "nam\u0435d"'),
    { policy: 'a', line: 3, reason: 'contains mixed scripts' },
  ],
  'no id': [
    `${good}\n\npermit (principal,\n  action, resource);`,
    { line: 3, reason: 'no @id("..."): permit (principal, action, resource);' },
  ],
  'an empty id': ['@id("") permit (principal, action, resource);', { line: 1, reason: '@id("") is not of letters' }],
  'a strange id': [
    '@id("a\\nb") permit (principal, action, resource);',
    { line: 1, reason: '@id("a b") is not of letters' },
  ],
  'two ids': [
    '@id("a") @id("b") permit (principal, action, resource);',
    { policy: 'a', line: 1, reason: 'duplicate annotation: @id' },
  ],
  'an id of two policies': [`${good}\n\n${good}`, { policy: 'good', line: 3, reason: 'two policies have @id("good")' }],
  'a template': [
    `${good}\n@note("x") @id("a") permit (principal == ?principal, action, resource);`,
    { policy: 'a', line: 2, reason: 'policy templates are not supported' },
  ],
  'approvals in another comparison': [
    `${good}\n${onKeys('context.approvals == 1')}`,
    { policy: 'a', line: 2, reason: 'context.approvals may appear only as context.approvals >= N' },
  ],
  'approvals that hurt': [
    '@id("a") forbid (principal, action, resource) when { context.approvals >= 1 };',
    { policy: 'a', line: 1, reason: 'more approvals would turn an allow into a deny' },
  ],
};

/** Each expected finding is there, and none in another line or of another policy. */
function expectFindings(found: readonly PolicyFinding[], expected: readonly Expected[], lines = 0): void {
  const contained = ({ reason, line, ...rest }: Expected) =>
    expect.toSatisfy((finding: PolicyFinding) => {
      return finding.policy === rest.policy && finding.line === line + lines && finding.reason.includes(reason);
    });
  expect(found).toEqual(expect.arrayContaining(expected.map(contained)));
  const places = new Set(expected.map(({ policy, line }) => JSON.stringify([policy, line + lines])));
  expect(new Set(found.map(({ policy, line }) => JSON.stringify([policy, line])))).toEqual(places);
}

describe('a finding tells policy, line and reason of', () => {
  test.each(Object.entries(kinds))('%s', (_, [text, ...expected]) => {
    expectFindings(engine.check(text), expected);
  });

  // Two, three and four bytes in UTF-8; the last is two units in UTF-16.
  const before =
    '// éééééééé\n// €€€€€€€€€€€€€€€€\n// 😀😀😀😀😀😀😀😀\n@id("before") permit (principal, action, resource)\nwhen { "é€😀" == "é€😀" };\n';
  test.each(Object.entries(kinds))('%s behind text that is not ASCII', (_, [text, ...expected]) => {
    expect(engine.check(before)).toEqual([]);
    expectFindings(engine.check(before + text), expected, 5);
  });

  test('an error behind text that is not ASCII in its own policy', () => {
    const text = onKeys('"€€€€€€€€€€€€€€€€€€€€" == "é" ||\n"😀" == "x" ||\nresource.scoop == "x"\n||\ntrue\n');
    expectFindings(engine.check(`${text}\n\n\n\n\n`), [{ policy: 'a', line: 5, reason: '`scoop`' }]);
    const broken = onKeys('"€€€€€€€€€€€€€€€€€€€€" == "é" ||\n"😀" == ||\n"x"\n||\ntrue\n');
    expectFindings(engine.check(`${broken}\n\n\n\n\n`), [{ policy: 'a', line: 4, reason: 'unexpected token `||`' }]);
  });

  test('a policy whose twin stands in a comment or a string before it', () => {
    const wrong = '@id("a") permit (principal, action, resource is Key) when { resource.scoop == 1 };';
    const text = `// ${wrong}\n@id("b") permit (principal, action, resource) when { "${wrong.replaceAll('"', '\\"')}" != "" };\n${wrong}`;
    expectFindings(engine.check(text), [{ policy: 'a', line: 3, reason: '`scoop`' }]);
  });

  test('a policy with a lone surrogate, which UTF-8 does not have', () => {
    expectFindings(engine.check(`// \ud800\n${onKeys('resource.scoop == "\udfff"')}`), [
      { policy: 'a', line: 4, reason: '`scoop`' },
    ]);
  });
});

describe('of several findings', () => {
  test('all are told, in the order of their lines, whether or not everything parses', () => {
    const text = [
      'permit (principal, action, resource);',
      '@id("a") permit (principal, action, resource) when { context.approvals == 1 };',
      '@id("b") permit (principal, action, resource is Key) when { resource.x == 1 ||',
      '  resource.y == 2 };',
      '@id("c") permit (principal;',
      '@id("a") permit (principal, action, resource);',
      '@id("d") permit (principal, action == ?action, resource);',
      '@id("e") forbid (principal == ?principal, action, resource);',
      '@id("f") permit (principal',
    ].join('\n');
    expect(engine.check(text).map(({ policy, line }) => [line, policy])).toEqual([
      [1, undefined],
      [2, 'a'],
      [3, 'b'],
      [4, 'b'],
      [5, 'c'],
      [6, 'a'],
      [7, 'd'],
      [8, 'e'],
      [9, 'f'],
    ]);
  });

  test('each of fifty policies has its own line', () => {
    const lines = Array.from(
      { length: 50 },
      (_, index) => `@id("p${index}") permit (principal, action, resource is Key) when { resource.x${index} == 1 };`,
    );
    const expected = lines.map((_, index) => ({ policy: `p${index}`, line: index + 1, reason: `\`x${index}\`` }));
    const found = engine.check(lines.join('\n'));
    expect(found).toHaveLength(50);
    expectFindings(found, expected);
  });

  test('each is told once, not once for every action, without its policy, and the same each time', () => {
    const text = '@id("a") permit (principal, action, resource)\nwhen { context.hour > 8 };';
    const expected = [{ policy: 'a', line: 2, reason: 'attribute `hour` in context not found' }];
    for (let time = 0; time < 3; time++) expect(engine.check(text)).toEqual(expected);
  });

  test('the first is the detail of the error, on one line, and nothing is loaded', () => {
    const text = `${good}\n\n@id("b") permit (principal, action, resource is Key) when { resource.x == 1 };\n@id("") permit`;
    const detail = 'policy.cedar:3: b: attribute `x` on entity type `Key` not found';
    expect(() => engine.compile(text)).toThrow(expect.objectContaining({ code: 'policy_invalid', detail }));
    expect(engine.text).toBe('');
    expect(engine.epoch).toBe(1);
  });
});

test.each(['', '\n', '// €', good, defaultPolicy, `${good}\n// done`])('nothing is wrong with %.60j', (text) => {
  expect(engine.check(text)).toEqual([]);
});
