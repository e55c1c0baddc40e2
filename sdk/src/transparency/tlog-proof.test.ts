import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatProof, parseProof } from './tlog-proof.ts';

const hash = 'gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=';
/** The example of C2SP tlog-proof without the signatures that it abridges. */
const example = `c2sp.org/tlog-proof@v1
extra YWdlLXYxLjIuMS1kYXJ3aW4tYXJtNjQudGFyLmd6IQ==
index 73894
${hash}
B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=

example.com/fancylog
109482
sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=

\u2014 example.com/fancylog hI2DJw==
`;

test('the form of the example of C2SP is read, and written again as it was', () => {
  const proof = parseProof(example);
  expect(proof).toMatchObject({ index: 73_894, hashes: [{ length: 32 }, { length: 32 }] });
  expect(proof?.checkpoint).toMatch(/^example.com\/fancylog\n109482\n/);
  expect(proof && formatProof(proof)).toBe(example);
});

test.each([
  ['another header', example.replace('@v1', '@v2')],
  ['a carriage return', example.replaceAll('\n', '\r\n')],
  ['no index', example.replace('index 73894\n', '')],
  ['a leading zero', example.replace('73894', '073894')],
  ['a negative index', example.replace('73894', '-1')],
  ['an index beyond what a number holds', example.replace('73894', '9007199254740993')],
  ['lines in another order', example.replace(/(extra .*\n)(index .*\n)/, '$2$1')],
  ['an empty extra line', example.replace(/extra .*/, 'extra ')],
  ['extra data that is no base64', example.replace('extra Y', 'extra !')],
  ['spare base64 bits', example.replace('IQ==', 'IR==')],
  ['a short hash', example.replace(hash, 'gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPg==')],
  ['more hashes than a tree can have', example.replace(hash, Array(63).fill(hash).join('\n'))],
  ['no empty line', example.replaceAll('\n\n', '\n')],
  ['too many characters', example + 'x'.repeat(1 << 20)],
])('a proof with %s is none', (_, text) => {
  expect(text).not.toBe(example);
  expect(parseProof(text)).toBeUndefined();
});

test('bytes that are not UTF-8 are no proof', () => {
  expect(parseProof(Uint8Array.of(...new TextEncoder().encode(example), 0xff))).toBeUndefined();
});

test('every text that is read is written again as it was', () => {
  const characters = fc.constantFrom(...'c2sp.org/tlog-proof@v1\nindex 0123 extra YWdl=+'.split(''), '\n', hash);
  const texts = fc.tuple(
    fc.constantFrom('', 'extra YWdl\n', 'extra \n'),
    fc.constantFrom('index 0\n', 'index 12\n', 'index 01\n', ''),
    fc.array(fc.constantFrom(`${hash}\n`, 'x\n', '')),
    fc.string({ unit: characters }),
  );
  let read = 0;
  fc.assert(
    fc.property(texts, ([extra, index, hashes, rest]) => {
      const text = `c2sp.org/tlog-proof@v1\n${extra}${index}${hashes.join('')}\n${rest}`;
      const proof = parseProof(text);
      if (proof === undefined) return;
      read += 1;
      expect(formatProof(proof)).toBe(text);
    }),
    { numRuns: 2000 },
  );
  expect(read).toBeGreaterThan(50);
});
