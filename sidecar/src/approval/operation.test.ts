import { createHash, createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Secret } from '../secret.ts';
import { digestOf, fingerprintOf, freeze, type HeldOperation } from './operation.ts';

const macKey = randomBytes(32);
const secretDigest = (bytes: Uint8Array) => createHmac('sha256', macKey).update(bytes).digest('base64url');
const options = { audience: 'hsm.example/log', policy: 'p'.repeat(43), now: 1_000, lifetimeMs: 60_000, secretDigest };

const held: HeldOperation = {
  method: 'keys.export',
  action: 'keys.export',
  params: { name: 'payments/signing', format: 'pkcs8', requestId: 'request-1' },
  resource: 'key_1/1',
  resourceState: 'key_1@3',
  requester: 'alice',
  credential: 'uid:1000',
  by: 'request-1',
  attributes: {},
};

/** RFC 8785 for strings, safe integers, arrays and objects, written anew. */
function encode(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(encode).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = value as Record<string, unknown>;
  const names = Object.keys(members).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${encode(members[name])}`).join(',')}}`;
}

test('the digest is SHA-256 of the prefix and the canonical encoding', () => {
  const operation = freeze(held, options);
  const bytes = Buffer.concat([Buffer.from('ferrohsm/op/v1'), Buffer.from([0]), Buffer.from(encode(operation))]);
  expect(digestOf(operation)).toBe(createHash('sha256').update(bytes).digest('base64url'));
  expect(operation).toMatchObject({ v: 1, issuedAt: 1_000, expiresAt: 61_000, requester: 'alice' });
  expect(operation.params).toBe('{"format":"pkcs8","name":"payments/signing"}');
  expect(Buffer.from(operation.nonce, 'base64url')).toHaveLength(16);
});

test('a key has the name that people see: under another it is another operation', () => {
  const [handle, other] = [{ 'key_1/1': 'vault/kek' }, { 'key_1/1': 'vault/other' }];
  const named = freeze({ ...held, keyNames: handle }, options);
  expect(named.keyNames).toEqual({ 'key_1/1': 'vault/kek' });
  expect(digestOf({ ...named, keyNames: other })).not.toBe(digestOf(named));
  const bytes = Buffer.concat([Buffer.from('ferrohsm/op/v1\0'), Buffer.from(encode(named))]);
  expect(digestOf(named)).toBe(createHash('sha256').update(bytes).digest('base64url'));
  const prints = [handle, other, {}].map((keyNames) => fingerprintOf({ ...held, keyNames }, secretDigest));
  expect(new Set(prints).size).toBe(3);
  expect(freeze({ ...held, keyNames: {} }, options)).not.toHaveProperty('keyNames');
});

test('public bytes appear by their hash, secret ones by their keyed digest only', () => {
  const bytes = randomBytes(40);
  const params = { data: new Uint8Array(bytes), nested: [{ secret: Secret.copy(bytes) }] };
  const { params: text } = freeze({ ...held, params }, options);
  expect(JSON.parse(text)).toEqual({
    data: { sha256: createHash('sha256').update(bytes).digest('base64url'), bytes: 40 },
    nested: [{ secret: { keyedDigest: secretDigest(bytes) } }],
  });
});

test('text that is not Unicode is refused', () => {
  const params = { name: '\ud800' };
  expect(() => freeze({ ...held, params }, options)).toThrow(expect.objectContaining({ code: 'invalid_params' }));
});

test('the request id, the policy and the time do not change the fingerprint; two requests have two digests', () => {
  const repeated = { ...held, params: { ...held.params, requestId: 'request-2' }, by: 'request-2' };
  expect(fingerprintOf(repeated, secretDigest)).toBe(fingerprintOf(held, secretDigest));
  expect(digestOf(freeze(held, options))).not.toBe(digestOf(freeze(held, options)));
});

test('operations that differ anywhere have different fingerprints and digests', () => {
  const text = fc.string({ maxLength: 12, unit: 'grapheme' });
  const value = fc.oneof(
    text,
    fc.integer(),
    fc.boolean(),
    fc.uint8Array({ maxLength: 8 }),
    fc.array(text, { maxLength: 3 }),
  );
  const fields = fc.record({
    method: text,
    action: text,
    resource: text,
    resourceState: text,
    requester: text,
    params: fc.dictionary(
      text.filter((name) => name !== 'requestId' && name !== '__proto__'),
      value,
      { maxKeys: 4 },
    ),
  });
  const nonce = randomBytes(16).toString('base64url');
  const name = fc.constantFrom('method', 'action', 'resource', 'resourceState', 'requester', 'params');
  fc.assert(
    fc.property(fields, fields, name, (one, other, field) => {
      const before = { ...held, ...one };
      const after = { ...before, [field]: other[field] };
      const isSame = encode(readable(one[field])) === encode(readable(other[field]));
      expect(fingerprintOf(before, secretDigest) === fingerprintOf(after, secretDigest)).toBe(isSame);
      const digests = [before, after].map((operation) => digestOf(freeze(operation, { ...options, nonce })));
      expect(digests[0] === digests[1]).toBe(isSame);
    }),
    { numRuns: 10_000 },
  );
});

/** Bytes told apart from the text that would encode them. */
function readable(value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytesInHex: Buffer.from(value).toString('hex') };
  if (Array.isArray(value)) return value.map(readable);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, readable(member)]));
}
