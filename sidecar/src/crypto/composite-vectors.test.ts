import { describe, expect } from 'vitest';
import { encodeElement, readElements } from './keys/der.ts';
import { exportKey, importKey, loadKey, publicHalf, storeKey } from './keys/keys.ts';
import { compositeAlgorithms } from './operations/composite-algorithms.ts';
import { signatureSchemes } from './operations/signatures.ts';
import { descriptorOf } from './operations/table.ts';
import { flipped } from './operations/test-keys.ts';
import { vectorTest } from './operations/test-vectors.ts';

interface Vector {
  readonly tcId: string;
  readonly pk: string;
  readonly x5c: string;
  readonly sk: string;
  readonly sk_pkcs8: string;
  readonly s: string;
  readonly sWithContext: string;
}

interface Vectors {
  readonly m: string;
  readonly ctx: string;
  readonly tests: readonly Vector[];
}

const file = 'composite-sigs/testvectors.json';
const signing = { extractable: true, usages: ['sign'] as const };
const verifying = { extractable: true, usages: ['verify'] as const };
const bytes = (base64: string) => Buffer.from(base64, 'base64');

function vectorOf({ tests }: Vectors, name: string): { readonly [F in keyof Vector]: Buffer } {
  const vector = tests.find(({ tcId }) => tcId === `id-${name}`);
  if (vector === undefined) throw new Error(`no vector id-${name}`);
  return Object.fromEntries(Object.entries(vector).map(([field, value]) => [field, bytes(value)])) as never;
}

/** Parts of a certificate of RFC 5280; DER is canonical, so encoding again gives what was signed. */
function certificate(der: Buffer): { tbs: Buffer; spki: Buffer; algorithm: Buffer; signature: Buffer } {
  const [tbs, algorithm, signature] = readElements(readElements(der)[0]?.content as Buffer);
  const spki = readElements(tbs?.content as Buffer)[6];
  return {
    tbs: encodeElement(0x30, tbs?.content as Buffer),
    spki: encodeElement(0x30, spki?.content as Buffer),
    algorithm: algorithm?.content as Buffer,
    signature: signature?.content.subarray(1) as Buffer,
  };
}

vectorTest<Vectors>('the draft has vectors for these composites and no others', file, ({ tests }) => {
  const composites = tests.map(({ tcId }) => tcId.slice(3)).filter((name) => name.startsWith('MLDSA'));
  expect(composites.sort()).toEqual(Object.keys(compositeAlgorithms).sort());
});

describe.each(Object.keys(compositeAlgorithms))('LAMPS vector of %s', (name) => {
  const scheme = descriptorOf(signatureSchemes, name, 'signing');

  vectorTest<Vectors>('keys', file, async (vectors) => {
    const { pk, sk, sk_pkcs8: pkcs8, x5c } = vectorOf(vectors, name);
    const { spki } = certificate(x5c);
    const rawFormat = sk.length === 64 || sk.length === 89 ? 'raw-seed' : 'raw-private';
    for (const [format, data] of [
      [rawFormat, sk],
      ['pkcs8', pkcs8],
    ] as const) {
      const privateKey = await importKey(format, data, { name }, signing);
      expect(await exportKey(rawFormat, privateKey)).toEqual(sk);
      expect(await exportKey('pkcs8', privateKey)).toEqual(pkcs8);
      expect(storeKey(privateKey)).toEqual({ format: rawFormat, bytes: sk });
      const publicKey = await publicHalf(privateKey, ['verify']);
      expect(await exportKey('raw-public', publicKey)).toEqual(pk);
      expect(await exportKey('spki', publicKey)).toEqual(spki);
    }
    for (const [format, data] of [
      ['raw-public', pk],
      ['spki', spki],
    ] as const) {
      const publicKey = await importKey(format, data, { name }, verifying);
      expect(await exportKey('raw-public', publicKey)).toEqual(pk);
      expect(await exportKey('spki', publicKey)).toEqual(spki);
    }
  });

  vectorTest<Vectors>('signatures', file, async (vectors) => {
    const { pk, s, sWithContext } = vectorOf(vectors, name);
    const publicKey = await importKey('raw-public', pk, { name }, verifying);
    const [message, context] = [bytes(vectors.m), bytes(vectors.ctx)];
    const verify = (signature: Buffer, used?: Buffer, data = message) =>
      scheme.verify(used === undefined ? { name } : { name, context: used }, publicKey, signature, data);
    expect(verify(s)).toBe(true);
    expect(verify(s, Buffer.alloc(0))).toBe(true);
    expect(verify(sWithContext, context)).toBe(true);
    expect(verify(s, context)).toBe(false);
    expect(verify(sWithContext)).toBe(false);
    expect(verify(sWithContext, context.subarray(1))).toBe(false);
    expect(verify(s, undefined, flipped(message, 3))).toBe(false);
    const bytesOfMlDsa = compositeAlgorithms[name]?.mlDsa.signatureBytes as number;
    for (const index of [0, bytesOfMlDsa - 1, bytesOfMlDsa + 10, s.length - 1]) {
      expect(verify(flipped(s, index))).toBe(false);
    }
    expect(verify(s.subarray(0, bytesOfMlDsa))).toBe(false);
    expect(verify(s.subarray(bytesOfMlDsa))).toBe(false);
  });

  vectorTest<Vectors>('certificate', file, async (vectors) => {
    const { tbs, spki, algorithm, signature } = certificate(vectorOf(vectors, name).x5c);
    const publicKey = await importKey('spki', spki, { name }, verifying);
    expect(readElements(readElements(spki)[0]?.content as Buffer)[0]?.content).toEqual(algorithm);
    expect(scheme.verify({ name }, publicKey, signature, tbs)).toBe(true);
    expect(scheme.verify({ name }, publicKey, signature, flipped(tbs, tbs.length - 1))).toBe(false);
  });

  vectorTest<Vectors>('the published private key signs', file, async (vectors) => {
    const { pk, sk_pkcs8: pkcs8 } = vectorOf(vectors, name);
    const imported = await importKey('pkcs8', pkcs8, { name }, signing);
    const { format, bytes: stored } = storeKey(imported);
    const privateKey = loadKey(format, stored, { name }, signing);
    const publicKey = await importKey('raw-public', pk, { name }, verifying);
    const context = Buffer.from('here');
    const data = Buffer.from('data');
    const signature = scheme.sign({ name, context }, privateKey, data);
    expect(scheme.verify({ name, context }, publicKey, signature, data)).toBe(true);
    expect(scheme.verify({ name }, publicKey, signature, data)).toBe(false);
  });
});
