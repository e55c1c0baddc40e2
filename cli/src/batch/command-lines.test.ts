import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commandLines } from './command-lines.ts';

function wordsOf(line: string): readonly string[] | undefined {
  return commandLines('batch', line)[0]?.words;
}

test.each([
  ['key create a', ['key', 'create', 'a']],
  ['  ferrohsm  key\tcreate a  # the first', ['key', 'create', 'a']],
  [`key create "a b" 'c "d"' e\\ f`, ['key', 'create', 'a b', 'c "d"', 'e f']],
  [`--label team='pay ments'x`, ['--label', 'team=pay mentsx']],
  [`--description '' end`, ['--description', '', 'end']],
  [`"say \\"so\\" \\\\"`, ['say "so" \\']],
  ['a#b c', ['a#b', 'c']],
])('%j', (line, words) => {
  expect(wordsOf(line)).toEqual(words);
});

test.each(['', '   ', '# only a comment', 'ferrohsm'])('%j is no command', (line) => {
  expect(commandLines('batch', line)).toEqual([]);
});

test.each([`key create 'a`, `"a`, 'a\\'])('%j has no end', (line) => {
  expect(() => commandLines('batch', `status\n${line}`)).toThrow(
    expect.objectContaining({ exitStatus: 65, message: 'batch:2: a quote does not end' }),
  );
});

test('lines have their numbers', () => {
  const lines = commandLines('batch', '# keys\nkey create a\r\n\nkey create b');
  expect(lines.map(({ number, text }) => [number, text])).toEqual([
    [2, 'key create a'],
    [4, 'key create b'],
  ]);
});

test('words are those of sh', () => {
  const letter = fc.constantFrom('a', 'b', ' ', '"', "'", '\\"', '\\\\', '#', 'é');
  const line = fc.array(letter, { maxLength: 12 }).map((letters) => letters.join(''));
  fc.assert(
    fc.property(line, (text) => {
      const words = tryWords(text);
      if (words === undefined) return;
      // Between double quotes sh leaves a backslash before most letters: this has none there.
      fc.pre(!/"[^"]*\\[^"\\]/.test(text));
      const output = execFileSync('sh', ['-c', `printf '%s\\n' X ${text}\n`], { encoding: 'utf8', stdio: 'pipe' });
      expect(['X', ...words]).toEqual(output.split('\n').slice(0, -1));
    }),
    { numRuns: 150 },
  );
});

function tryWords(text: string): readonly string[] | undefined {
  try {
    return wordsOf(`x ${text}`)?.slice(1) ?? [];
  } catch {
    return undefined;
  }
}
