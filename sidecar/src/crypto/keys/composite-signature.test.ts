import { sign, verify, X509Certificate } from 'node:crypto';
import { ed25519 } from '@noble/curves/ed25519.js';
import { ml_dsa65 } from '@noble/post-quantum/ml-dsa.js';
import { describe, expect, test } from 'vitest';
import type { KeyUsage } from '../../generated/types.ts';
import type { LoadedKey } from '../key.ts';
import { vectorTest } from '../operations/published-vectors.ts';
import { encodeElement } from './der.ts';
import { exportKey, importKey, publicHalf } from './keys.ts';
import { generatePair, outcome } from './sample-algorithms.ts';

const name = 'MLDSA65-Ed25519-SHA512';
const signing = { extractable: true, usages: ['sign'] as KeyUsage[] };
const verifying = { extractable: true, usages: ['verify'] as KeyUsage[] };
const usages: KeyUsage[] = ['sign', 'verify'];

interface Vectors {
  readonly tests: readonly {
    readonly tcId: string;
    readonly pk: string;
    readonly x5c: string;
    readonly sk: string;
    readonly sk_pkcs8: string;
  }[];
}

/** The SubjectPublicKeyInfo of a certificate, cut out of its DER: its key is of no type that OpenSSL knows. */
function certificateSpki(certificate: Buffer, publicKey: Buffer): Buffer {
  new X509Certificate(certificate);
  const keyEnd = certificate.indexOf(publicKey) + publicKey.length;
  const header = Buffer.from('308207d1', 'hex');
  const start = certificate.lastIndexOf(header, keyEnd - publicKey.length);
  expect(start).toBeGreaterThan(0);
  return certificate.subarray(start, keyEnd);
}

async function expectVector({ tests }: Vectors): Promise<void> {
  const vector = tests.find(({ tcId }) => tcId === `id-${name}`);
  if (vector === undefined) throw new Error('the vectors lack the algorithm');
  const [pk, x5c, sk, pkcs8] = [vector.pk, vector.x5c, vector.sk, vector.sk_pkcs8].map((text) =>
    Buffer.from(text, 'base64'),
  ) as [Buffer, Buffer, Buffer, Buffer];
  const spki = certificateSpki(x5c, pk);
  for (const [format, data] of [
    ['raw-seed', sk],
    ['pkcs8', pkcs8],
  ] as const) {
    const privateKey = await importKey(format, data, { name }, signing);
    expect(await exportKey('raw-seed', privateKey)).toEqual(sk);
    expect(await exportKey('pkcs8', privateKey)).toEqual(pkcs8);
    const publicKey = await publicHalf(privateKey, ['verify']);
    expect(await exportKey('raw-public', publicKey)).toEqual(pk);
    expect(await exportKey('spki', publicKey)).toEqual(spki);
  }
  const publicKey = await importKey('spki', spki, { name }, verifying);
  expect(await exportKey('raw-public', publicKey)).toEqual(pk);
}

vectorTest<Vectors>(`the LAMPS vector of ${name}`, 'composite-sigs/testvectors.json', expectVector);

test('the parts are those of the second implementations', async () => {
  const { privateKey, publicKey } = await generatePair({ name }, usages);
  const seeds = await exportKey('raw-seed', privateKey);
  const mlDsaPublic = ml_dsa65.keygen(seeds.subarray(0, 32)).publicKey;
  const ed25519Public = ed25519.getPublicKey(seeds.subarray(32));
  expect(await exportKey('raw-public', publicKey)).toEqual(Buffer.concat([mlDsaPublic, ed25519Public]));
  for (const [index, part] of privateKey.parts.entries()) {
    const signature = sign(null, Buffer.from('message'), part);
    expect(verify(null, Buffer.from('message'), publicKey.parts[index] as never, signature)).toBe(true);
  }
});

describe('refusals', () => {
  const pair = generatePair({ name }, usages);
  const pkcs8With = async (key: LoadedKey, publicKey: Uint8Array) => {
    const fields = (await exportKey('pkcs8', key)).subarray(2);
    const version2 = Buffer.concat([Buffer.from('020101', 'hex'), fields.subarray(3)]);
    return encodeElement(0x30, version2, encodeElement(0x81, Buffer.of(0), publicKey));
  };

  test('a public key inside pkcs8 must be its own', async () => {
    const { privateKey, publicKey } = await pair;
    const raw = await exportKey('raw-public', publicKey);
    const right = await importKey('pkcs8', await pkcs8With(privateKey, raw), { name }, signing);
    expect(await exportKey('raw-seed', right)).toEqual(await exportKey('raw-seed', privateKey));
    const wrong = await pkcs8With(privateKey, Buffer.from(raw).fill(7, 1980));
    expect(await outcome(importKey('pkcs8', wrong, { name }, signing))).toBe('data_invalid');
  });

  test('keys of other algorithms and damaged ones', async () => {
    const { privateKey, publicKey } = await pair;
    const pkcs8 = Buffer.from(await exportKey('pkcs8', privateKey));
    const spki = Buffer.from(await exportKey('spki', publicKey));
    const oid = Buffer.from('2b06010505070630', 'hex');
    const otherOid = (bytes: Buffer) => {
      const copy = Buffer.from(bytes);
      copy[copy.indexOf(oid) + 7] = 0x31;
      return copy;
    };
    const classical = await exportKey('spki', (await generatePair({ name: 'Ed25519' }, usages)).publicKey);
    for (const bytes of [otherOid(pkcs8), Buffer.concat([pkcs8, Buffer.of(0)]), pkcs8.subarray(0, -1), spki]) {
      expect(await outcome(importKey('pkcs8', bytes, { name }, signing))).toBe('data_invalid');
    }
    for (const bytes of [otherOid(spki), classical, Buffer.alloc(0), pkcs8]) {
      expect(await outcome(importKey('spki', bytes, { name }, verifying))).toBe('data_invalid');
    }
    const partial = Buffer.from(spki);
    partial[partial.indexOf(Buffer.from('038207c100', 'hex')) + 4] = 1;
    expect(await outcome(importKey('spki', partial, { name }, verifying))).toBe('data_invalid');
  });

  test('there is no jwk form', async () => {
    const { privateKey } = await pair;
    expect(await outcome(exportKey('jwk', privateKey))).toBe('not_supported');
    expect(await outcome(importKey('jwk', Buffer.from('{}'), { name }, signing))).toBe('not_supported');
  });
});
