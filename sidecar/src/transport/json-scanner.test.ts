import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SidecarError } from '../errors.ts';
import { JsonScanner } from './json-scanner.ts';

const scanner = new JsonScanner(32);

function refusalOf(json: string | Buffer, use = scanner): { code: string; detail: string | undefined } | undefined {
  try {
    use.scan(Buffer.from(json as string));
    return undefined;
  } catch (error) {
    if (!(error instanceof SidecarError)) throw error;
    return { code: error.code, detail: error.detail };
  }
}

/** The members of all objects, counted in the text that JavaScript's own parser reads. */
function countMembers(json: string): { parsed: number; written: number } {
  let written = 0;
  const value: unknown = JSON.parse(json);
  // Outside strings every colon belongs to a member.
  for (const token of json.matchAll(/"(?:[^"\\]|\\.)*"|:/gs)) if (token[0] === ':') written += 1;
  const parsed = (node: unknown): number =>
    node === null || typeof node !== 'object'
      ? 0
      : Object.values(node).reduce<number>(
          (sum, child) => sum + parsed(child),
          Array.isArray(node) ? 0 : Object.keys(node).length,
        );
  return { parsed: parsed(value), written };
}

describe('what is refused', () => {
  it.each([
    ['{"a":1,"a":2}', 'duplicate member name at byte 10'],
    ['{"a":1,"\\u0061":2}', 'duplicate member name at byte 15'],
    ['{"\\u0061":1,"a":2}', 'duplicate member name at byte 15'],
    ['{"\\u00e9":1,"é":2}', 'duplicate member name at byte 16'],
    ['[{"x":{"b":{},"c":1,"b":[]}}]', 'duplicate member name at byte 23'],
    ['{"__proto__":{}}', 'member __proto__ at byte 12'],
    ['{"a":{"\\u005f_proto__":1}}', 'member __proto__ at byte 22'],
    ['{"\\u005f_proto__":1,"a":1}', 'member __proto__ at byte 17'],
    ['1e400', 'number out of range at byte 5'],
    ['[-1E+309]', 'number out of range at byte 8'],
    [`1${'0'.repeat(309)}`, 'number out of range at byte 310'],
    ['"\\ud800"', 'lone surrogate at byte 1'],
    ['"\\udc00\\ud800"', 'lone surrogate at byte 1'],
    ['"\\ud800\\ud800"', 'lone surrogate at byte 1'],
    ['"\\ud800\\u0041"', 'lone surrogate at byte 1'],
    ['', 'unexpected end at byte 0'],
    ['{', 'unexpected end at byte 1'],
    ['[1,]', 'unexpected character at byte 3'],
    ['{"a":1,}', 'unexpected character at byte 7'],
    ['01', 'unexpected character at byte 1'],
    ['1.', 'unexpected end at byte 2'],
    ['.5', 'unexpected character at byte 0'],
    ['1e', 'unexpected end at byte 2'],
    ['tru', 'unexpected character at byte 0'],
    ['nulll', 'unexpected character at byte 4'],
    ["{'a':1}", 'unexpected character at byte 1'],
    ['"\\x"', 'unexpected character at byte 1'],
    ['"\\u12g4"', 'unexpected character at byte 1'],
    ['"a\tb"', 'unexpected character at byte 2'],
    ['1 2', 'unexpected character at byte 2'],
    ['\ufeff{}', 'unexpected character at byte 0'],
    ['\u00a01', 'unexpected character at byte 0'],
  ])('%s', (json, detail) => {
    expect(refusalOf(json)).toEqual({ code: 'parse_error', detail });
  });

  it('bytes that are not UTF-8, in names and values', () => {
    for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]]) {
      const json = Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes), Buffer.from('"}')]);
      expect(refusalOf(json)).toEqual({ code: 'parse_error', detail: 'invalid utf-8' });
    }
  });

  it('nesting beyond the limit, and nothing at the limit', () => {
    const nested = (depth: number) => `${'[{"a":'.repeat(depth / 2)}1${'}]'.repeat(depth / 2)}`;
    expect(refusalOf(nested(32))).toBeUndefined();
    expect(refusalOf(nested(34))).toEqual({ code: 'message_too_big', detail: 'nested deeper than 32' });
    expect(refusalOf('['.repeat(4_000_000))).toMatchObject({ code: 'message_too_big' });
  });

  it('a duplicate among many names, wherever the two stand', () => {
    for (const [first, second] of [
      [0, 99_999],
      [3, 15],
      [15, 16],
      [16, 17],
      [50_000, 99_998],
    ] as const) {
      const names = Array.from({ length: 100_000 }, (_, index) => `"n${index === second ? first : index}":0`);
      expect(refusalOf(`{${names.join(',')}}`)?.detail).toMatch(/^duplicate member name/);
    }
  });
});

describe('what is accepted', () => {
  it('the same name in different objects, in a child and again after it', () => {
    const json = '{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}],"c":{"a":1,"b":2},"\\u0064":{"d":1},"e":{}}';
    expect(refusalOf(json)).toBeUndefined();
  });

  it('an object with 100 000 names, some written with escapes', () => {
    const names = Array.from({ length: 100_000 }, (_, index) => (index % 3 ? `"n${index}":0` : `"\\u006e${index}":0`));
    expect(refusalOf(`{${names.join(',')}}`)).toBeUndefined();
  });

  it.each([
    '0',
    '-0',
    '1.5e-7',
    '1E5',
    '1e-400',
    '1.7976931348623157e308',
    ' \t\r\n[ ] ',
    '"\\ud83d\\ude00 \\" \\/"',
    'null',
  ])('%s', (json) => expect(refusalOf(json)).toBeUndefined());
});

describe('beside JSON.parse', () => {
  it('accepts every value that JSON.stringify writes, unless a name is __proto__', () => {
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 8 },
        fc.constant(null),
        fc.boolean(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.string({ unit: 'binary' }),
        fc.array(tie('value')),
        fc.dictionary(fc.string({ unit: 'binary' }), tie('value'), { noNullPrototype: true }),
      ),
    }));
    const spaces = fc.constantFrom(undefined, 1, '\t', '\r\n');
    fc.assert(
      fc.property(value, spaces, (sample, space) => {
        const json = JSON.stringify(sample, null, space === '\r\n' ? undefined : space);
        expect(refusalOf(json) === undefined || json.includes('"__proto__"')).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('whatever it accepts, JSON.parse accepts without losing a member', () => {
    const token = fc.constantFrom(
      ...[
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '"a"',
        '"b"',
        '"\\u0061"',
        '"\\u0062"',
        '"',
        '\\',
        '1',
        '-',
        '0',
        '.',
        'e',
        '+',
      ],
      ...['true', 'null', ' ', '\n', '{"a":', ',"b":1', '}]', '\u0001', 'é', '"\\ud800"', '__proto__'],
    );
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(token, { maxLength: 12 }), (tokens) => {
        const json = tokens.join('');
        if (refusalOf(json) !== undefined) return;
        accepted += 1;
        const { parsed, written } = countMembers(json);
        expect(parsed).toBe(written);
      }),
      { numRuns: 20_000, examples: [[['{', '"a"', ':', '1', '}']]] },
    );
    expect(accepted).toBeGreaterThan(100);
  });

  it('a changed byte of a valid document is refused whenever JSON.parse refuses it', () => {
    const document = Buffer.from(
      '{"jsonrpc":"2.0","id":17,"method":"x","params":{"a":[1.5e3,-0,true,"\\u00e9\\n"],"b":{}}}',
    );
    fc.assert(
      fc.property(fc.nat(document.length - 1), fc.nat(255), (at, byte) => {
        const changed = Buffer.from(document);
        changed[at] = byte;
        const refused = refusalOf(changed) !== undefined;
        let broken = false;
        try {
          JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(changed));
        } catch {
          broken = true;
        }
        if (broken) expect(refused).toBe(true);
        else expect(refused).toBe(countMembers(changed.toString()).parsed !== countMembers(changed.toString()).written);
      }),
      { numRuns: 5000 },
    );
  });
});
