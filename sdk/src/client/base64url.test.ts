import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBase64url, decodePortably, encodeBase64url, encodePortably } from './base64url.ts';

const bytes = fc.uint8Array({ maxLength: 100 });
const nodeText = (value: Uint8Array) => Buffer.from(value).toString('base64url');

describe.each([
  ['as the runtime does it', encodeBase64url, decodeBase64url],
  ['portably', encodePortably, decodePortably],
])('%s', (_, encode, decode) => {
  test('text and bytes are those of Node', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(encode(value)).toBe(nodeText(value));
        expect(decode(nodeText(value))).toEqual(value);
      }),
    );
  });

  test('RFC 4648 section 10', () => {
    const texts = ['', 'Zg', 'Zm8', 'Zm9v', 'Zm9vYg', 'Zm9vYmE', 'Zm9vYmFy'];
    for (const [length, text] of texts.entries()) {
      expect(encode(Buffer.from('foobar'.slice(0, length)))).toBe(text);
    }
  });
});

test.each([
  ['Zg=='],
  ['Zh'],
  ['Zm9='],
  ['Zm9'],
  ['Z'],
  ['Zm9v Yg'],
  ['Zm 9v'],
  ['Zm9v\n'],
  ['+/+/'],
  ['Zmüv'],
  ['    '],
])('%j is refused', (text) => {
  expect(decodeBase64url(text)).toBeUndefined();
});

test('only the text of Node is taken', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'AQgw89-_=+/ \n'), maxLength: 9 }), (text) => {
      const strict = nodeText(Buffer.from(text, 'base64url')) === text;
      expect(decodeBase64url(text) !== undefined).toBe(strict);
    }),
  );
});
