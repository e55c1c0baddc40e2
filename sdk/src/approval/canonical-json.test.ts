import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from './canonical-json.ts';

test('equals canonicalize for any JSON value', () => {
  const isWellFormed = (text: string) => !/\p{Surrogate}/u.test(text);
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      fc.pre(isWellFormed(JSON.stringify(value)));
      expect(canonicalJson(value)).toBe(canonicalize(value));
    }),
    { numRuns: 5000 },
  );
});

// RFC 8785 sections 3.2.2 and 3.2.3, as the standard prints them.
test('equals the examples of the standard', () => {
  const text = `{
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
    "literals": [null, true, false]
  }`;
  expect(canonicalJson(JSON.parse(text))).toBe(
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
      '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
  const names = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 };
  expect(Object.values(JSON.parse(canonicalJson(names).replaceAll(/"1":4,/g, '')))).toEqual([2, 6, 7, 1, 5, 3]);
});

test.each([
  undefined,
  { a: undefined },
  Number.NaN,
  [Number.POSITIVE_INFINITY],
  1n,
  () => 1,
  '\ud800',
  { '\udc00': 1 },
])('refuses what is not JSON: %#', (value) => {
  expect(() => canonicalJson(value)).toThrow(TypeError);
});
