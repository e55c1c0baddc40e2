import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readRecord } from './record-form.ts';

const schemaPath = new URL('../../../schemas/objects/audit-record.json', import.meta.url);
const schema = JSON.parse(readFileSync(schemaPath, 'utf8')) as { properties: Record<string, object> };
const isRecord = new Ajv2020({ strict: false }).compile(schema);
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The same question answered by ajv and canonicalize. */
function isExpected(entry: Uint8Array): boolean {
  try {
    const text = decoder.decode(entry);
    const value: unknown = JSON.parse(text);
    return isRecord(value) && Number.isSafeInteger(value.time) && canonicalize(value) === text;
  } catch {
    return false;
  }
}

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));
const scalar = fc.oneof(text, fc.integer(), fc.boolean(), fc.constantFrom(1e21, -0, 0.5, 2 ** 53, null));
const names = fc.oneof(fc.constantFrom('10', '9', '__proto__', 'a', 'B', '\u20ac', '\ud83d\ude00', '\ufb33'), text);
const right: Record<string, fc.Arbitrary<unknown>> = {
  v: fc.constant(1),
  time: fc.nat(),
  phase: fc.constantFrom('use', 'intent', 'result', 'event'),
  outcome: fc.constantFrom('ok', 'denied', 'failed', 'pending'),
  actor: fc.stringMatching(/^[A-Za-z0-9_-]{43}$/),
  authentication: fc.constantFrom('unix-peer', 'socket', 'token', 'jwt', 'certificate'),
  policies: fc.array(text, { maxLength: 2 }),
  details: fc.dictionary(names, fc.oneof(text, fc.integer(), fc.boolean()), { maxKeys: 4 }),
  ...Object.fromEntries(
    ['keyVersion', 'epoch', 'inputBytes', 'outputBytes', 'durationUs'].map((n) => [n, fc.integer()]),
  ),
};
const record = fc.record(
  Object.fromEntries(Object.keys(schema.properties).map((name) => [name, right[name] ?? text])),
  { requiredKeys: ['v', 'time', 'phase', 'operation', 'outcome'] },
);
const wrong = fc.dictionary(
  fc.oneof(fc.constantFrom(...Object.keys(schema.properties)), names),
  fc.oneof(scalar, fc.array(scalar), fc.dictionary(names, scalar)),
  { maxKeys: 2 },
);

test('records are accepted exactly where ajv and canonicalize accept them', () => {
  const seen = { accepted: 0, refused: 0 };
  const check = (entry: Uint8Array) => {
    const accepted = 'record' in readRecord(entry);
    expect(accepted, decodeLoosely(entry)).toBe(isExpected(entry));
    seen[accepted ? 'accepted' : 'refused'] += 1;
  };
  const cases = fc.tuple(
    record,
    fc.oneof({ arbitrary: fc.constant({}), weight: 2 }, { arbitrary: wrong, weight: 1 }),
    fc.constantFrom('canonical', 'canonical', 'plain', 'edited'),
    fc.nat(),
    fc.string({ unit: 'binary', maxLength: 2 }),
  );
  fc.assert(
    fc.property(cases, ([own, more, form, at, insert]) => {
      const value = { ...own, ...more };
      const encoded = form === 'plain' ? JSON.stringify(value) : encode(value);
      const place = at % (encoded.length + 1);
      check(
        new TextEncoder().encode(
          form === 'edited' ? encoded.slice(0, place) + insert + encoded.slice(place + 1) : encoded,
        ),
      );
    }),
    { numRuns: 10_000 },
  );
  expect(seen.accepted).toBeGreaterThan(1000);
  expect(seen.refused).toBeGreaterThan(1000);
});

/** Members in the order of RFC 8785, with whatever values. */
function encode(value: unknown): string {
  try {
    return canonicalize(value) ?? '';
  } catch {
    return JSON.stringify(value);
  }
}

function decodeLoosely(entry: Uint8Array): string {
  return new TextDecoder().decode(entry);
}

test.each([
  [
    'members of details by code unit, numbers not first',
    '{"details":{"10":1,"9":2},"operation":"x","outcome":"ok","phase":"use","time":5,"v":1}',
    true,
  ],
  [
    'members of details by number',
    '{"details":{"9":2,"10":1},"operation":"x","outcome":"ok","phase":"use","time":5,"v":1}',
    false,
  ],
  ['half a surrogate pair', '{"operation":"\\ud800","outcome":"ok","phase":"use","time":5,"v":1}', false],
  [
    'a backslash and the letters of a surrogate',
    '{"operation":"\\\\ud800","outcome":"ok","phase":"use","time":5,"v":1}',
    true,
  ],
  [
    'two backslashes before half a surrogate pair',
    '{"operation":"\\\\\\ud800","outcome":"ok","phase":"use","time":5,"v":1}',
    false,
  ],
  ['a member twice', '{"operation":"x","outcome":"ok","outcome":"ok","phase":"use","time":5,"v":1}', false],
  ['an escape that is not needed', '{"operation":"\\u0078","outcome":"ok","phase":"use","time":5,"v":1}', false],
  ['a number in another form', '{"operation":"x","outcome":"ok","phase":"use","time":5.0,"v":1}', false],
])('%s', (_, entry, accepted) => {
  expect('record' in readRecord(new TextEncoder().encode(entry))).toBe(accepted);
  expect(isExpected(new TextEncoder().encode(entry))).toBe(accepted);
});
