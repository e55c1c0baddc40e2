import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findDuplicateName } from './duplicate-names.ts';

test.each([
  ['{"a":1,"a":1}', '/a'],
  ['{"a":{"b":[0,{"c":1,"d":2,"c":3}]}}', '/a/b/1/c'],
  ['{"a":1,"\\u0061":2}', '/a'],
  ['{"a/b~c":1,"a/b~c":2}', '/a~1b~0c'],
  ['[{"a":1},{"a":1,"b":[],"b":{}}]', '/1/b'],
  ['{"":0,"":0}', '/'],
])('%s has a duplicate at %s', (text, pointer) => {
  JSON.parse(text);
  expect(findDuplicateName(text)).toBe(pointer);
});

test.each(['{"a":"a","b":"a","c":{"a":1}}', '{"a":"\\"a\\":","b":"{\\"b\\":"}', '["a","a"]', '"a"', '1', '[]', '{}'])(
  '%s has none',
  (text) => {
    expect(findDuplicateName(text)).toBeUndefined();
  },
);

test('no document that JSON.stringify writes has one', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => findDuplicateName(JSON.stringify(value, null, 1)) === undefined));
});

test('a member that is repeated anywhere is found', () => {
  const name = fc.string();
  fc.assert(
    fc.property(name, fc.jsonValue(), fc.dictionary(name, fc.jsonValue()), (repeated, value, others) => {
      const member = `${JSON.stringify(repeated)}:${JSON.stringify(value)}`;
      const rest = Object.entries(others).map(([key, it]) => `${JSON.stringify(key)}:${JSON.stringify(it)}`);
      const text = `[0,{${[member, ...rest, member].join(',')}}]`;
      JSON.parse(text);
      expect(findDuplicateName(text)).toMatch(/^\/1\//);
    }),
  );
});
