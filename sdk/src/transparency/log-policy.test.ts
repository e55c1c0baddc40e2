import { beforeAll, expect, test } from 'vitest';
import { isWitnessed, parseLogPolicy } from './log-policy.ts';
import { makeSigner } from './test-log.ts';

const vkeys: Record<string, string> = {};

beforeAll(async () => {
  for (const name of ['X1', 'X2', 'X3', 'Y1', 'Y2', 'Y3']) {
    vkeys[name] = (await makeSigner(`witness.example/${name}`, name === 'Y3' ? 'ML-DSA-44' : 'Ed25519 witness')).vkey;
  }
  vkeys.LOG = (await makeSigner('log.example', 'Ed25519 log')).vkey;
  vkeys.LOG2 = (await makeSigner('log.example', 'ML-DSA-44')).vkey;
});

/** `<NAME>` stands for a key. */
function filled(text: string): string {
  return text.replace(/<([A-Z0-9]+)>/g, (_, name: string) => vkeys[name] ?? '');
}

/** The example of C2SP tlog-policy. */
const example = `# The example, with whitespace
\t log <LOG>  https://log.example/audit
log <LOG2>

witness X1 <X1>
witness X2 <X2>\thttps://x2.example
witness X3 <X3>
group X-witnesses 2 X1 X2 X3

witness Y1 <Y1>
witness Y2 <Y2>
witness Y3 <Y3>
  # and a comment
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
`;

test('the example of C2SP is read', async () => {
  const policy = await parseLogPolicy(filled(example));
  expect(policy.logs.map(({ key, url }) => [key.text, url])).toEqual([
    [vkeys.LOG, 'https://log.example/audit'],
    [vkeys.LOG2, undefined],
  ]);
  expect(policy.witnesses.map(({ name, url }) => [name, url])).toContainEqual(['X2', 'https://x2.example']);
  expect(policy.groups).toEqual([
    { name: 'X-witnesses', threshold: 2, members: ['X1', 'X2', 'X3'] },
    { name: 'Y-witnesses', threshold: 1, members: ['Y1', 'Y2', 'Y3'] },
    { name: 'X-and-Y', threshold: 2, members: ['X-witnesses', 'Y-witnesses'] },
  ]);
  expect(policy.quorum).toBe('X-and-Y');
});

test('its quorum holds for exactly the sets that the words of the example describe', async () => {
  const policy = await parseLogPolicy(filled(example));
  const names = ['X1', 'X2', 'X3', 'Y1', 'Y2', 'Y3'];
  for (let bits = 0; bits < 64; bits += 1) {
    const cosigners = names.filter((_, i) => (bits >> i) & 1);
    const count = (letter: string) => cosigners.filter((name) => name.startsWith(letter)).length;
    expect(isWitnessed(policy, new Set(cosigners)), cosigners.join()).toBe(count('X') >= 2 && count('Y') >= 1);
  }
  expect(isWitnessed(policy, new Set(['X-and-Y', 'X-witnesses', 'Z']))).toBe(false);
});

test('a single witness is a quorum, and none asks for nobody', async () => {
  const one = await parseLogPolicy(filled('witness X1 <X1>\nquorum X1\n'));
  expect([isWitnessed(one, new Set()), isWitnessed(one, new Set(['X1']))]).toEqual([false, true]);
  const none = await parseLogPolicy('quorum none\n');
  expect([none.logs, isWitnessed(none, new Set())]).toEqual([[], true]);
});

test('names may hold any octet that is no control character, and keywords are names', async () => {
  const policy = await parseLogPolicy(
    filled('witness \u212a\u00e9+# <X1>\nwitness K <X2>\ngroup all any K\nquorum all\n'),
  );
  expect([isWitnessed(policy, new Set(['\u212a\u00e9+#'])), isWitnessed(policy, new Set(['K']))]).toEqual([
    false,
    true,
  ]);
});

test('limits leave room for 32 of each, and refuse thousands', async () => {
  const groups = (count: number) =>
    Array.from({ length: count }, (_, i) => `group g${i} any ${i === 0 ? 'X1' : `g${i - 1}`}\n`).join('');
  const policy = (count: number) => filled(`witness X1 <X1>\n${groups(count)}quorum g${count - 1}\n`);
  expect(isWitnessed(await parseLogPolicy(policy(32)), new Set(['X1']))).toBe(true);
  await expect(parseLogPolicy(policy(1000))).rejects.toThrow('line 258: more than 256');
});

test.each([
  ['', /no quorum/],
  ['log <LOG>\n', /no quorum/],
  ['quorum none', /line 1 does not end/],
  ['quorum none\nquorum none\n', /line 2: a second quorum/],
  ['quorum\n', /line 1: expected/],
  ['quorum none none\n', /line 1: expected/],
  ['quorum X1\nwitness X1 <X1>\n', /line 1: "X1" is not defined/],
  ['Quorum none\n', /line 1: unknown keyword "Quorum"/],
  ['quorum none\r\n', /line 1: control character/],
  ['quorum\u00a0none\n', /line 1: unknown keyword/],
  ['# \u007f\nquorum none\n', /line 1: control character/],
  ['log\nquorum none\n', /line 1: expected/],
  ['log <LOG> url more\nquorum none\n', /line 1: expected/],
  ['log x\nquorum none\n', /line 1: malformed verifier key/],
  ['log <LOG>\nlog <LOG>\nquorum none\n', /line 2: the same key/],
  ['witness X1 <X1>\nwitness X2 <X1>\nquorum none\n', /line 2: the same key/],
  ['witness X1 <X1>\nwitness X1 <X2>\nquorum none\n', /line 2: "X1" is defined twice/],
  ['witness none <X1>\nquorum none\n', /line 1: "none" is defined twice/],
  ['witness X1 <LOG>\nquorum none\n', /line 1: .*cosignatures/],
  ['witness X1\nquorum none\n', /line 1: expected/],
  ['group g all\nquorum none\n', /line 1: expected/],
  ['group g all X1\nquorum none\n', /line 1: "X1" is not defined/],
  ['group g all none\nquorum none\n', /line 1: "none" is not defined/],
  ['group g all g\nquorum none\n', /line 1: "g" is not defined/],
  ['witness X1 <X1>\ngroup g 0 X1\nquorum g\n', /line 2: "0" of 1/],
  ['witness X1 <X1>\ngroup g 2 X1\nquorum g\n', /line 2: "2" of 1/],
  ['witness X1 <X1>\ngroup g 01 X1\nquorum g\n', /line 2: "01" of 1/],
  ['witness X1 <X1>\ngroup g ALL X1\nquorum g\n', /line 2: "ALL" of 1/],
  ['witness X1 <X1>\ngroup g all X1 X1\nquorum g\n', /line 2: "X1" is a member twice/],
  ['witness X1 <X1>\ngroup g all X1\ngroup h all X1\nquorum g\n', /line 3: "X1" is a member twice/],
  ['witness X1 <X1>\ngroup X1 all X1\nquorum X1\n', /line 2: "X1" is defined twice/],
])('%j is a TypeError', async (text, message) => {
  await expect(parseLogPolicy(filled(text))).rejects.toThrow(message);
  await expect(parseLogPolicy(filled(text))).rejects.toBeInstanceOf(TypeError);
});
