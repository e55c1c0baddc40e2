import { randomBytes } from 'node:crypto';
import { ml_kem768_p256, ml_kem768_x25519, ml_kem1024_p384 } from '@noble/post-quantum/hybrid.js';
import { describe, expect, test } from 'vitest';
import type { KeyFormat, KeyUsage } from '../../generated/types.ts';
import { kemSchemes } from '../operations/kems.ts';
import { vectorTest } from '../operations/test-vectors.ts';
import { sampleScalar } from './kem-curve.ts';
import { exportKey, generateKey, importKey, loadKey, publicHalf, storeKey } from './keys.ts';
import { nativeSubtle } from './native-key.ts';
import { generatePair, outcome } from './test-samples.ts';

const usages: KeyUsage[] = ['encapsulateBits', 'decapsulateBits'];
const decapsulate: KeyUsage[] = ['decapsulateBits'];

interface Vector {
  readonly seed: string;
  readonly pk: string;
}

async function publicKeyOf(name: string, seed: Uint8Array): Promise<Uint8Array> {
  const privateKey = await importKey('raw-seed', seed, { name }, { extractable: false, usages: decapsulate });
  return exportKey('raw-public', await publicHalf(privateKey, []));
}

async function expectVectors(name: string, vectors: readonly Vector[]): Promise<void> {
  for (const { seed, pk } of vectors) {
    const publicKey = await publicKeyOf(name, Buffer.from(seed, 'hex'));
    expect(Buffer.from(publicKey).toString('hex')).toBe(pk);
  }
}

for (const [name, file] of [
  ['MLKEM768-X25519', 'hybrid-kem/MLKEM768X25519.json'],
  ['MLKEM768-X25519', 'x-wing/test-vectors.json'],
  ['MLKEM768-P256', 'hybrid-kem/MLKEM768P256.json'],
  ['MLKEM1024-P384', 'hybrid-kem/MLKEM1024P384.json'],
] as const) {
  vectorTest<readonly Vector[]>(`${file}: the seed gives the public key`, file, (vectors) =>
    expectVectors(name, vectors),
  );
}

/** What native WebCrypto says of the same import: `ok` or the DOMException's code in our words. */
async function nativeOutcome(format: string, data: object, name: string, wanted: KeyUsage[], extractable: boolean) {
  const codes: Record<string, string> = {
    SyntaxError: 'syntax_invalid',
    DataError: 'data_invalid',
    NotSupportedError: 'not_supported',
  };
  const attempt = nativeSubtle.importKey(format, data, { name }, extractable, wanted);
  return attempt.then(
    () => 'ok',
    (refusal: Error) => codes[refusal.name],
  );
}

describe.each([
  ['MLKEM768-X25519', ml_kem768_x25519, 1216],
  ['MLKEM768-P256', ml_kem768_p256, 1249],
  ['MLKEM1024-P384', ml_kem1024_p384, 1665],
] as const)('%s', (name, noble, publicBytes) => {
  test('seeds give the public keys of the second implementation and of native WebCrypto', async () => {
    const seed = randomBytes(32);
    const publicKey = await publicKeyOf(name, seed);
    expect(publicKey).toHaveLength(publicBytes);
    expect(publicKey).toEqual(Buffer.from(noble.keygen(seed).publicKey));
    const native = await nativeSubtle.importKey('raw-seed', seed, { name }, false, decapsulate);
    const nativePublic = await nativeSubtle.getPublicKey(native, []);
    expect(publicKey).toEqual(Buffer.from((await nativeSubtle.exportKey('raw-public', nativePublic)) as ArrayBuffer));
  });

  test('generation gives each half its usages and a fresh seed', async () => {
    const { privateKey, publicKey } = await generatePair({ name }, [...usages, 'decapsulateKey', 'decapsulateBits']);
    expect(privateKey.usages).toEqual(['decapsulateKey', 'decapsulateBits']);
    expect(publicKey).toMatchObject({ extractable: true, usages: ['encapsulateBits'] });
    const another = await generatePair({ name }, usages);
    expect(await exportKey('raw-seed', another.privateKey)).not.toEqual(await exportKey('raw-seed', privateKey));
    const wanted = { extractable: true, usages: ['encapsulateBits'] as KeyUsage[] };
    expect(await outcome(generateKey({ name }, wanted))).toBe('syntax_invalid');
  });

  test('a jwk is judged as native WebCrypto judges it', async () => {
    const { privateKey } = await generatePair({ name }, usages);
    const jwk = JSON.parse((await exportKey('jwk', privateKey)).toString());
    const other = JSON.parse((await exportKey('jwk', (await generatePair({ name }, usages)).privateKey)).toString());
    const { priv: _, key_ops: __, ...publicJwk } = jwk;
    const cases: [object, KeyUsage[], boolean, string][] = [
      [jwk, decapsulate, true, 'ok'],
      [publicJwk, ['encapsulateBits'], true, 'ok'],
      [publicJwk, decapsulate, true, 'syntax_invalid'],
      [{ ...jwk, kty: 'OKP' }, ['sign'], true, 'syntax_invalid'],
      [jwk, [], true, 'syntax_invalid'],
      [{ ...jwk, priv: 'AA' }, [], true, 'data_invalid'],
      [{ ...jwk, kty: 'OKP' }, decapsulate, true, 'data_invalid'],
      [{ ...jwk, alg: 'ML-KEM-768' }, decapsulate, true, 'data_invalid'],
      [{ ...jwk, alg: undefined }, decapsulate, true, 'data_invalid'],
      [{ ...jwk, use: 'sig' }, decapsulate, true, 'data_invalid'],
      [{ ...jwk, use: 'enc' }, decapsulate, true, 'ok'],
      [{ ...jwk, key_ops: ['sign'] }, decapsulate, true, 'data_invalid'],
      [{ ...jwk, key_ops: ['decapsulateBits', 'decapsulateBits'] }, decapsulate, true, 'data_invalid'],
      [{ ...jwk, ext: false }, decapsulate, true, 'data_invalid'],
      [{ ...jwk, ext: false }, decapsulate, false, 'ok'],
      [{ ...jwk, pub: undefined }, decapsulate, true, 'data_invalid'],
      [{ ...jwk, pub: other.pub }, decapsulate, true, 'data_invalid'],
      [{ ...publicJwk, pub: 'AAAA' }, [], true, 'data_invalid'],
    ];
    for (const [candidate, wanted, extractable, expected] of cases) {
      const data = Buffer.from(JSON.stringify(candidate));
      const attributes = { extractable, usages: wanted };
      const result = await outcome(importKey('jwk', data, { name }, attributes).then(() => 'ok'));
      expect(result, JSON.stringify(candidate).slice(-120)).toBe(expected);
      expect(await nativeOutcome('jwk', candidate, name, wanted, extractable)).toBe(expected);
    }
  });

  test('raw keys are judged as native WebCrypto judges them', async () => {
    const { publicKey } = await generatePair({ name }, usages);
    const raw = Buffer.from(await exportKey('raw-public', publicKey));
    const cases: [KeyFormat, Uint8Array, KeyUsage[]][] = [
      ['raw-seed', new Uint8Array(31), decapsulate],
      ['raw-seed', new Uint8Array(33), decapsulate],
      ['raw-seed', new Uint8Array(32), ['encapsulateBits']],
      ['raw-seed', new Uint8Array(32), []],
      ['raw-seed', new Uint8Array(31), []],
      ['raw-public', raw.subarray(1), []],
      ['raw-public', Buffer.concat([raw, Buffer.of(0)]), []],
      // Coefficients above q (FIPS 203 section 7.2).
      ['raw-public', Buffer.concat([Buffer.alloc(1184, 0xff), raw.subarray(1184)]), []],
      ['raw-public', raw, decapsulate],
      ['raw-private', new Uint8Array(32), decapsulate],
      ['raw', raw, []],
    ];
    for (const [format, data, wanted] of cases) {
      const result = await outcome(importKey(format, data, { name }, { extractable: true, usages: wanted }));
      expect(result).toBe(await nativeOutcome(format, data, name, wanted, true));
    }
  });

  test('each half is written in its own formats only', async () => {
    const { privateKey, publicKey } = await generatePair({ name }, usages);
    expect(await outcome(exportKey('raw-public', privateKey))).toBe('access_invalid');
    expect(await outcome(exportKey('raw-seed', publicKey))).toBe('access_invalid');
    expect(await outcome(exportKey('spki', privateKey))).toBe('access_invalid');
    expect(await outcome(exportKey('pkcs8', publicKey))).toBe('access_invalid');
  });

  test('a key from PKCS#8 is used as the one with the seed, which it has not', async () => {
    const { privateKey, publicKey } = await generatePair({ name }, usages);
    const pkcs8 = await exportKey('pkcs8', privateKey);
    const seedless = await importKey('pkcs8', pkcs8, { name }, { extractable: true, usages: decapsulate });
    const raw = await exportKey('raw-public', publicKey);
    expect(await exportKey('raw-public', await publicHalf(seedless, []))).toEqual(raw);
    const { cipherText, sharedSecret } = noble.encapsulate(raw);
    const opened = kemSchemes[name]?.decapsulate(seedless, cipherText);
    expect(opened).toEqual(Buffer.from(sharedSecret));
    expect(await exportKey('pkcs8', seedless)).toEqual(pkcs8);
    expect(await outcome(exportKey('raw-seed', seedless))).toBe('operation_failed');
    expect(await outcome(exportKey('jwk', seedless))).toBe('operation_failed');
  });

  test('a key is stored as its seed, without one as PKCS#8', async () => {
    const { privateKey } = await generatePair({ name }, usages);
    const pkcs8 = await exportKey('pkcs8', privateKey);
    const attributes = { extractable: true, usages: decapsulate };
    const seedless = await importKey('pkcs8', pkcs8, { name }, attributes);
    expect(storeKey(privateKey)).toMatchObject({ format: 'raw-seed' });
    const stored = storeKey(seedless);
    expect(stored).toEqual({ format: 'pkcs8', bytes: pkcs8 });
    const loaded = loadKey(stored.format, stored.bytes, { name }, attributes);
    expect(loaded.type).toBe('private');
    expect(await exportKey('pkcs8', loaded)).toEqual(pkcs8);
  });

  test('SPKI and PKCS#8 are taken in exactly their form', async () => {
    const { privateKey, publicKey } = await generatePair({ name }, usages);
    const pkcs8 = Buffer.from(await exportKey('pkcs8', privateKey));
    const spki = Buffer.from(await exportKey('spki', publicKey));
    const attributes = { extractable: true, usages: [] };
    const back = await importKey('spki', spki, { name }, attributes);
    expect(await exportKey('raw-public', back)).toEqual(await exportKey('raw-public', publicKey));
    // The last arc of the OID stands before the key's header.
    const otherArc = (bytes: Buffer) => {
      const changed = Buffer.from(bytes);
      changed[bytes.indexOf('2b0601050507', 0, 'hex') + 7] = 57;
      return changed;
    };
    for (const bytes of [otherArc(spki), spki.subarray(1), Buffer.concat([spki, Buffer.of(0)]), Buffer.alloc(32)]) {
      expect(await outcome(importKey('spki', bytes, { name }, attributes))).toBe('data_invalid');
    }
    const wanted = { extractable: true, usages: decapsulate };
    for (const bytes of [otherArc(pkcs8), pkcs8.subarray(1), Buffer.concat([pkcs8, Buffer.of(0)]), Buffer.alloc(32)]) {
      expect(await outcome(importKey('pkcs8', bytes, { name }, wanted))).toBe('data_invalid');
    }
    expect(await outcome(importKey('pkcs8', pkcs8, { name }, attributes))).toBe('syntax_invalid');
    expect(await outcome(importKey('spki', spki, { name }, wanted))).toBe('syntax_invalid');
  });
});

test.each([
  ['MLKEM768-P256', 1184],
  ['MLKEM1024-P384', 1568],
])('%s takes points of the curve in uncompressed form only', async (name, at) => {
  const { publicKey } = await generatePair({ name }, usages);
  const raw = Buffer.from(await exportKey('raw-public', publicKey));
  const wanted = { extractable: true, usages: [] };
  const hybridForm = Buffer.from(raw);
  hybridForm[at] = 6 + ((raw.at(-1) as number) & 1);
  const offCurve = Buffer.from(raw);
  offCurve[raw.length - 1] = (raw.at(-1) as number) ^ 1;
  for (const bytes of [hybridForm, offCurve]) {
    expect(await outcome(importKey('raw-public', bytes, { name }, wanted))).toBe('data_invalid');
  }
});

test('the scalar is the first window from 1 to order - 1', () => {
  const order = Buffer.from('00f1', 'hex');
  const sample = (hex: string) => sampleScalar(Buffer.from(hex, 'hex'), order).toString('hex');
  expect(sample('00f0ffff')).toBe('00f0');
  expect(sample('0001ffff')).toBe('0001');
  expect(sample('00f100000002')).toBe('0002');
  expect(() => sample('000000f1ffff')).toThrow(expect.objectContaining({ code: 'data_invalid' }));
  expect(() => sample('00f101')).toThrow(expect.objectContaining({ code: 'data_invalid' }));
});
