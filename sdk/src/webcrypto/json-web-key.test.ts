import { expect, test } from 'vitest';
import { decodeJwk, encodeJwk, isPublicJwk, jsonWebKey } from './json-web-key.ts';

test('keeps the members of the dictionary, as the types that it names', () => {
  const given = { kty: 'RSA', n: 5, ext: 'yes', key_ops: new Set(['sign']), oth: [{ r: 'r', x: 'gone' }], kid: 'gone' };
  expect(jsonWebKey(given, 'keyData')).toEqual({
    kty: 'RSA',
    n: '5',
    ext: true,
    key_ops: ['sign'],
    oth: [{ r: 'r' }],
  });
});

test('reads members in the order of their names', () => {
  const reads: string[] = [];
  const observed = new Proxy(
    { kty: 'oct', k: 'AA', alg: 'A128GCM' },
    {
      get(target, key) {
        reads.push(String(key));
        return Reflect.get(target, key);
      },
    },
  );
  jsonWebKey(observed, 'keyData');
  expect(reads).toEqual(reads.toSorted());
  expect(reads).toContain('kty');
});

test.each([new ArrayBuffer(1), new Uint8Array(1), 'text', 1, true])('%o is not a JsonWebKey', (value) => {
  expect(() => jsonWebKey(value, 'keyData')).toThrow(TypeError);
});

test('private members are d, k and priv', async () => {
  const pair = (await crypto.subtle.generateKey('ML-DSA-44' as 'Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair;
  expect(isPublicJwk(await crypto.subtle.exportKey('jwk', pair.publicKey))).toBe(true);
  expect(isPublicJwk(await crypto.subtle.exportKey('jwk', pair.privateKey))).toBe(false);
  expect(isPublicJwk({ kty: 'EC', d: 'AA' })).toBe(false);
  expect(isPublicJwk({ kty: 'oct', k: 'AA' })).toBe(false);
});

test('travels as UTF-8 JSON', () => {
  const bytes = encodeJwk({ kty: 'oct', k: 'AA' });
  expect(Buffer.from(bytes).toString()).toBe('{"kty":"oct","k":"AA"}');
  expect(decodeJwk(bytes)).toEqual({ kty: 'oct', k: 'AA' });
});
