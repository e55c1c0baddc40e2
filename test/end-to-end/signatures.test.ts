import { constants, createHmac, createPublicKey, type KeyObject, randomBytes, verify } from 'node:crypto';
import type { FerroHsm, KeyCreation } from '@ferrohsm/sdk/node';
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js';
import * as slhDsa from '@noble/post-quantum/slh-dsa.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { liveSidecar } from './live-sidecar.ts';

type Verify = (publicKey: KeyObject, data: Uint8Array, signature: Uint8Array) => boolean;
type SignAlgorithm = Parameters<FerroHsm['subtle']['sign']>[0];

interface Row {
  readonly algorithm: KeyCreation['algorithm'];
  /** What `sign` takes, where it is more than the name. */
  readonly params?: SignAlgorithm;
  /** The second implementation. */
  readonly verify: Verify;
}

const publicExponent = new Uint8Array([1, 0, 1]);
const data = randomBytes(1000);
const context = new TextEncoder().encode('end to end');
const usages: ('sign' | 'verify')[] = ['sign', 'verify'];

function ecdsa(namedCurve: string, hash: string): Row {
  return {
    algorithm: { name: 'ECDSA', namedCurve },
    params: { name: 'ECDSA', hash },
    verify: (key, bytes, signature) =>
      verify(hash.replace('-', ''), bytes, { key, dsaEncoding: 'ieee-p1363' }, signature),
  };
}

function rsa(name: string, hash: string, options: object, params?: SignAlgorithm): Row {
  return {
    algorithm: { name, modulusLength: 2048, publicExponent, hash },
    ...(params !== undefined && { params }),
    verify: (key, bytes, signature) => verify(hash.replace('-', ''), bytes, { key, ...options }, signature),
  };
}

interface NobleSignature {
  verify(signature: Uint8Array, data: Uint8Array, publicKey: Uint8Array, options?: { context?: Uint8Array }): boolean;
  readonly lengths: { readonly publicKey?: number | undefined };
}

function postQuantum(name: string, noble: NobleSignature): Row {
  return {
    algorithm: name,
    params: { name, context },
    verify: (key, bytes, signature) =>
      noble.verify(signature, bytes, rawPublic(key).slice(-(noble.lengths.publicKey as number)), { context }),
  };
}

/** The export `slh_dsa_sha2_128s` is the set `SLH-DSA-SHA2-128s`. */
const slhDsaRows = Object.entries(slhDsa)
  .filter(([name]) => name.startsWith('slh_dsa_'))
  .map(([name, noble]) => {
    const [family = '', set = ''] = name.split('_').slice(2);
    return postQuantum(`SLH-DSA-${family.toUpperCase()}-${set}`, noble as NobleSignature);
  });

/** draft-ietf-lamps-pq-composite-sigs: both components sign Prefix || Label || len(ctx) || ctx || PH(M). */
function verifyComposite(raw: Buffer, bytes: Uint8Array, signature: Uint8Array): boolean {
  const label = Buffer.from('COMPSIG-MLDSA65-Ed25519-SHA512');
  const prefix = Buffer.from('CompositeAlgorithmSignatures2025');
  const message = Buffer.concat([prefix, label, Buffer.from([context.length]), context, sha512(bytes)]);
  return (
    ml_dsa65.verify(signature.subarray(0, 3309), message, raw.subarray(-1984, -32), { context: label }) &&
    ed25519.verify(signature.subarray(3309), message, raw.subarray(-32))
  );
}

function rawPublic(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
const rows: readonly Row[] = [
  ecdsa('P-256', 'SHA-256'),
  ecdsa('P-384', 'SHA-384'),
  ecdsa('P-521', 'SHA-512'),
  {
    algorithm: 'Ed25519',
    verify: (key, bytes, signature) => ed25519.verify(signature, bytes, rawPublic(key).slice(-32)),
  },
  rsa('RSASSA-PKCS1-v1_5', 'SHA-256', {}),
  rsa('RSA-PSS', 'SHA-256', pss, { name: 'RSA-PSS', saltLength: 32 }),
  postQuantum('ML-DSA-44', ml_dsa44),
  postQuantum('ML-DSA-65', ml_dsa65),
  postQuantum('ML-DSA-87', ml_dsa87),
  ...slhDsaRows,
];

const sidecar = liveSidecar();
let hsm: FerroHsm;
beforeAll(async () => {
  hsm = await sidecar.connect();
});
afterAll(() => hsm.close());

function nameOf({ algorithm }: Row): string {
  return typeof algorithm === 'string'
    ? algorithm
    : [algorithm.name, 'namedCurve' in algorithm ? algorithm.namedCurve : ''].join(' ').trim();
}

/** Signatures by the small SLH-DSA sets take seconds: once is enough. */
function isQuick(row: Row): boolean {
  return !/SLH-DSA-.*s$/.test(nameOf(row));
}

async function check(
  row: Row,
  { privateKey, publicKey }: Pick<CryptoKeyPair, 'privateKey' | 'publicKey'>,
): Promise<void> {
  const params = row.params ?? nameOf(row);
  const signature = new Uint8Array(await hsm.subtle.sign(params, privateKey, data));
  const spki = Buffer.from(await hsm.subtle.exportKey('spki', publicKey));
  const oracleKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  expect(row.verify(oracleKey, data, signature)).toBe(true);
  expect(await hsm.subtle.verify(params, publicKey, signature, data)).toBe(true);
  const other = Buffer.concat([data, Buffer.from([0])]);
  expect(row.verify(oracleKey, other, signature)).toBe(false);
  expect(await hsm.subtle.verify(params, publicKey, signature, other)).toBe(false);
}

describe('a signature by a named key', () => {
  test.concurrent.each(rows.map((row) => [nameOf(row), row] as const))('%s', async (title, row) => {
    const name = `named/${title.toLowerCase().replaceAll(/[^a-z0-9]/g, '-')}`;
    const key = await hsm.keys.create({ name, algorithm: row.algorithm, usages });
    await check(row, key);
  });
});

describe('a signature by a session key', () => {
  test.each(rows.filter(isQuick).map((row) => [nameOf(row), row] as const))('%s', async (_, row) => {
    await check(row, (await hsm.subtle.generateKey(row.algorithm, false, usages)) as CryptoKeyPair);
  });
});

describe('MLDSA65-Ed25519-SHA512', () => {
  const name = 'MLDSA65-Ed25519-SHA512';

  async function checkComposite({
    privateKey,
    publicKey,
  }: Pick<CryptoKeyPair, 'privateKey' | 'publicKey'>): Promise<void> {
    const signature = new Uint8Array(await hsm.subtle.sign({ name, context }, privateKey, data));
    expect(verifyComposite(Buffer.from(await hsm.subtle.exportKey('spki', publicKey)), data, signature)).toBe(true);
    for (const place of [0, 3308, 3309, signature.length - 1]) {
      const altered = signature.with(place, (signature[place] as number) ^ 1);
      expect(await hsm.subtle.verify({ name, context }, publicKey, altered, data)).toBe(false);
    }
    expect(await hsm.subtle.verify({ name, context }, publicKey, signature, data)).toBe(true);
    expect(await hsm.subtle.verify(name, publicKey, signature, data)).toBe(false);
  }

  test('by a named key', async () => {
    await checkComposite(await hsm.keys.create({ name: 'named/composite', algorithm: name, usages }));
  });

  test('by a session key', async () => {
    await checkComposite(await hsm.subtle.generateKey(name, false, usages));
  });
});

describe('HMAC', () => {
  test.each(['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'])('with %s by an imported key', async (hash) => {
    const secret = randomBytes(40);
    const key = await hsm.subtle.importKey('raw', secret, { name: 'HMAC', hash }, false, usages);
    const signature = Buffer.from(await hsm.subtle.sign('HMAC', key, data));
    expect(signature).toEqual(createHmac(hash.replace('-', ''), secret).update(data).digest());
    expect(await hsm.subtle.verify('HMAC', key, signature, data)).toBe(true);
    expect(await hsm.subtle.verify('HMAC', key, signature, context)).toBe(false);
  });

  test('by a named key', async () => {
    const { secretKey } = await hsm.keys.create({
      name: 'named/hmac',
      algorithm: { name: 'HMAC', hash: 'SHA-256' },
      usages,
    });
    const signature = await hsm.subtle.sign('HMAC', secretKey, data);
    expect(signature.byteLength).toBe(32);
    expect(await hsm.subtle.sign('HMAC', secretKey, data)).toEqual(signature);
    expect(await hsm.subtle.verify('HMAC', secretKey, signature, data)).toBe(true);
    expect(await hsm.subtle.verify('HMAC', secretKey, signature, context)).toBe(false);
  });

  test('by a generated session key, checked with its exported bytes', async () => {
    const key = await hsm.subtle.generateKey({ name: 'HMAC', hash: 'SHA-384' }, true, usages);
    const secret = Buffer.from(await hsm.subtle.exportKey('raw', key));
    const signature = Buffer.from(await hsm.subtle.sign('HMAC', key, data));
    expect(signature).toEqual(createHmac('sha384', secret).update(data).digest());
  });
});
