import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isWitnessed, parseLogPolicy as parseWithSdk } from '../../../sdk/src/transparency/log-policy.ts';
import { parseLogPolicy } from './log-policy.ts';
import { isQuorum, quorumWitnesses } from './quorum.ts';
import { submissionPrefixes } from './submission-prefix.ts';
import { noteKey } from './test-keys.ts';

const log = noteKey('example.com/log', 1).vkey;
const keys = Array.from({ length: 8 }, (_, i) => noteKey(`witness.example/${i}`, i % 2 === 0 ? 4 : 6).vkey);
const [k0 = '', k1 = '', k2 = '', k3 = '', k4 = '', k5 = ''] = keys;

/** The example of the specification, with a comment, tabs and URLs. */
const example = `# two organizations
log ${log} https://log.example/

witness X1 ${k0}
witness X2 ${k1} https://x2.example
  witness\tX3 ${k2} \t
group X-witnesses 2 X1 X2 X3

witness Y1 ${k3}
witness Y2 ${k4}
witness Y3 ${k5}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
`;

const setOf = (names: string) => new Set(names.split(' '));

describe('a log policy', () => {
  test('with two levels of groups asks for what the specification says', () => {
    const policy = parseLogPolicy(example);
    expect(policy.logs).toMatchObject([{ key: { name: 'example.com/log', type: 1 }, url: 'https://log.example/' }]);
    expect(policy.witnesses.map(({ name, lineNumber, key }) => [name, lineNumber, key.type])).toEqual([
      ['X1', 4, 4],
      ['X2', 5, 6],
      ['X3', 6, 4],
      ['Y1', 9, 6],
      ['Y2', 10, 4],
      ['Y3', 11, 6],
    ]);
    expect(isQuorum(policy, setOf('X1 X3 Y2'))).toBe(true);
    expect(isQuorum(policy, setOf('X1 X2 X3'))).toBe(false);
    expect(isQuorum(policy, setOf('X1 Y1 Y2 Y3'))).toBe(false);
    expect(isQuorum(policy, setOf('X-witnesses Y-witnesses X-and-Y'))).toBe(false);
    expect(quorumWitnesses(policy)).toHaveLength(6);
  });

  test('without a quorum needs nobody, of a single witness only that one', () => {
    const none = parseLogPolicy(`witness w ${k0}\nquorum none\n`);
    expect([isQuorum(none, new Set()), submissionPrefixes(none)]).toEqual([true, []]);
    const one = parseLogPolicy(`witness w ${k0}\nwitness v ${k1}\nquorum w\n`);
    expect(isQuorum(one, setOf('v'))).toBe(false);
    expect(isQuorum(one, setOf('w'))).toBe(true);
    expect(quorumWitnesses(one).map(({ name }) => name)).toEqual(['w']);
  });

  test.each<[number, string, string]>([
    [1, 'no newline at the end', 'quorum none'],
    [1, 'nothing', ''],
    [2, 'no quorum', `log ${log}\nwitness w ${k0}\n`],
    [2, 'two quorums', 'quorum none\nquorum none\n'],
    [2, 'an unknown keyword', 'quorum none\nwitnesses\n'],
    [1, 'a carriage return', 'quorum none\r\n'],
    [1, 'a form feed between items', 'quorum\fnone\n'],
    [2, 'a control character in a comment', 'quorum none\n# \x00\n'],
    [1, 'a delete character', 'quorum none # \x7f\n'],
    [1, 'a byte order mark', '\ufeffquorum none\n'],
    [1, 'items after the quorum', 'quorum none none\n'],
    [1, 'a log without a key', 'log\n'],
    [1, 'items after a log', `log ${log} https://a https://b\n`],
    [2, 'the same log twice', `log ${log}\nlog ${log} https://b\n`],
    [1, 'a witness without a key', 'witness w\n'],
    [1, 'a witness with a key of a log', `witness w ${log}\n`],
    [1, 'a key with another id', `witness w ${k0.replace('/0+', '/9+')}\n`],
    [1, 'a key with base64 that is not canonical', `witness w ${k0}=\n`],
    [1, 'a key that is cut', `witness w ${k0.slice(0, -4)}\n`],
    [2, 'the same witness key twice', `witness w ${k0}\nwitness v ${k0}\n`],
    [2, 'a name twice', `witness w ${k0}\nwitness w ${k1}\n`],
    [1, 'a witness called none', `witness none ${k0}\n`],
    [1, 'a name that is not UTF-8', `witness w\ufffd ${k0}\n`],
    [2, 'a group called as its member', `witness w ${k0}\ngroup w any w\n`],
    [2, 'a group of nobody', `witness w ${k0}\ngroup g any\n`],
    [2, 'a group of itself', `witness w ${k0}\ngroup g any w g\n`],
    [2, 'none in a group', `witness w ${k0}\ngroup g any none\n`],
    [1, 'a group before its member', `group g any w\nwitness w ${k0}\n`],
    [2, 'a member twice in a group', `witness w ${k0}\ngroup g all w w\n`],
    [3, 'a member of two groups', `witness w ${k0}\ngroup g all w\ngroup h all w\n`],
    [2, 'a group of 0', `witness w ${k0}\ngroup g 0 w\n`],
    [2, 'a group of 2 of 1', `witness w ${k0}\ngroup g 2 w\n`],
    [2, 'a group of 01', `witness w ${k0}\ngroup g 01 w\n`],
    [1, 'a quorum that comes too early', `quorum w\nwitness w ${k0}\n`],
  ])('names line %i: %s', (line, _, text) => {
    const misfit = expect.objectContaining({
      code: 'config_invalid',
      detail: expect.stringContaining(`line ${line}:`),
    });
    expect(() => parseLogPolicy(text)).toThrow(misfit);
  });

  test('with 256 witnesses is read, with more refused', () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, i) => `witness w${i} ${noteKey(`w/${i}`, 4).vkey}\n`).join('');
    expect(parseLogPolicy(`${many(256)}quorum w0\n`).witnesses).toHaveLength(256);
    expect(() => parseLogPolicy(`${many(257)}quorum w0\n`)).toThrow('line 257');
  });

  test('is read by the SDK in the same way', async () => {
    const name = fc.constantFrom('w0', 'w1', 'w2', 'g0', 'g1', 'none', 'é');
    const key = fc.constantFrom(...keys, log);
    const line = fc.oneof(
      { weight: 1, arbitrary: fc.tuple(name, key).map(([n, k]) => `witness ${n} ${k}`) },
      {
        weight: 5,
        arbitrary: fc
          .tuple(name, fc.constantFrom('any', 'all', '1', '2', '3', '0', '02'), fc.array(name, { maxLength: 3 }))
          .map(([n, k, members]) => `group ${n} ${k} ${members.join(' ')}`),
      },
      { weight: 4, arbitrary: name.map((n) => `quorum ${n}`) },
      { weight: 1, arbitrary: key.map((k) => `log ${k}`) },
      { weight: 1, arbitrary: fc.constantFrom('', ' # note', '\t', 'other', 'witness w0', 'quorum none\x01') },
    );
    const cosigners = fc.subarray(['w0', 'w1', 'w2', 'g0', 'g1', 'é']).map((names) => new Set(names));
    let accepted = 0;
    const property = fc.asyncProperty(
      fc.array(line, { minLength: 1, maxLength: 4 }),
      cosigners,
      async (lines, names) => {
        const text = `witness w0 ${k0}\nwitness w1 ${k1}\nwitness w2 ${k2}\n${lines.join('\n')}\n`;
        const theirs = await parseWithSdk(text).catch(() => undefined);
        if (theirs === undefined) return void expect(() => parseLogPolicy(text)).toThrow('log policy line');
        accepted += 1;
        expect(isQuorum(parseLogPolicy(text), names)).toBe(isWitnessed(theirs, names));
      },
    );
    await fc.assert(property, { numRuns: 5_000 });
    console.log(`policies read by both parsers: ${accepted} of 5000 accepted`);
    expect(accepted).toBeGreaterThan(100);
  });
});

describe('where checkpoints are submitted', () => {
  const prefixesOf = (...urls: string[]) => {
    const witnesses = urls.map((url, i) => `witness w${i} ${keys[i]} ${url}\n`).join('');
    return submissionPrefixes(
      parseLogPolicy(`${witnesses}group g any ${urls.map((_, i) => `w${i}`).join(' ')}\nquorum g\n`),
    );
  };

  test('is one place for witnesses that share it', () => {
    const prefixes = prefixesOf(
      'https://w.example/a/',
      'https://w.example/a',
      'http://127.0.0.1:8080',
      'http://[::1]:1/',
    );
    expect(prefixes.map(({ url, witnesses }) => [url, witnesses.map(({ name }) => name)])).toEqual([
      ['https://w.example/a', ['w0', 'w1']],
      ['http://127.0.0.1:8080', ['w2']],
      ['http://[::1]:1', ['w3']],
    ]);
  });

  test.each([
    [''],
    ['nonsense'],
    ['http://w.example'],
    ['http://localhost'],
    ['http://127.0.0.1.example'],
    ['http://10.0.0.1'],
    ['ftp://127.0.0.1'],
    ['https://user@w.example'],
    ['https://:secret@w.example'],
    ['https://w.example/?a=b'],
    ['https://w.example/#a'],
  ])('is not %s', (url) => {
    expect(() => prefixesOf(url)).toThrow(expect.objectContaining({ code: 'config_invalid' }));
    expect(() => prefixesOf('https://w.example', url)).toThrow('log policy line 2');
  });

  test('need not be known of a witness that no quorum counts', () => {
    const policy = parseLogPolicy(`witness w ${k0} https://w.example\nwitness v ${k1}\nquorum w\n`);
    expect(submissionPrefixes(policy)).toHaveLength(1);
  });
});
