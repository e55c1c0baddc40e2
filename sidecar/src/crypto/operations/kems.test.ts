import { createHash, createPrivateKey, createPublicKey, createSecretKey, type KeyObject, webcrypto } from 'node:crypto';
import { ml_kem768_p256, ml_kem768_x25519, ml_kem1024_p384 } from '@noble/post-quantum/hybrid.js';
import { ml_kem512, ml_kem768, ml_kem1024 } from '@noble/post-quantum/ml-kem.js';
import { describe, expect, test } from 'vitest';
import type { KeyUsage } from '../../generated/types.ts';
import type { LoadedKey } from '../key.ts';
import { kemSchemes } from './kems.ts';
import { descriptorOf } from './table.ts';
import { flipped, loadedKey, oracleKeyPair } from './test-keys.ts';
import { vectorTest } from './test-vectors.ts';

const { subtle } = webcrypto;
const usages: KeyUsage[] = ['encapsulateBits', 'decapsulateBits'];
const oracles = { 'ML-KEM-512': ml_kem512, 'ML-KEM-768': ml_kem768, 'ML-KEM-1024': ml_kem1024 };
const kem = (name: string) => descriptorOf(kemSchemes, name, 'encapsulation');

describe.each(Object.entries(oracles))('%s', (name, oracle) => {
  const pair = oracleKeyPair({ name }, usages);

  test('decapsulates what native and the second implementation encapsulated', async () => {
    const { privateKey, publicKey } = await pair;
    const native = await subtle.encapsulateBits(name as never, publicKey.native);
    const ciphertext = new Uint8Array(native.ciphertext);
    expect(kem(name).decapsulate(privateKey.loaded, ciphertext)).toEqual(Buffer.from(native.sharedKey));
    const raw = publicKey.loaded.parts[0]?.export({ format: 'raw-public' }) as Buffer;
    const noble = oracle.encapsulate(raw);
    expect(kem(name).decapsulate(privateKey.loaded, noble.cipherText)).toEqual(Buffer.from(noble.sharedSecret));
  });

  test('encapsulates what native decapsulates', async () => {
    const { privateKey, publicKey } = await pair;
    const { sharedKey, ciphertext } = kem(name).encapsulate(publicKey.loaded);
    const native = await subtle.decapsulateBits(name as never, privateKey.native, Buffer.from(ciphertext));
    expect(sharedKey).toEqual(Buffer.from(native));
  });

  test('gives another secret for a changed ciphertext and refuses other lengths', async () => {
    const { privateKey, publicKey } = await pair;
    const { sharedKey, ciphertext } = kem(name).encapsulate(publicKey.loaded);
    expect(kem(name).decapsulate(privateKey.loaded, flipped(ciphertext, 5))).not.toEqual(sharedKey);
    const short = ciphertext.subarray(1);
    expect(() => kem(name).decapsulate(privateKey.loaded, short)).toThrow('the operation failed');
  });
});

interface HybridParts {
  readonly name: string;
  readonly oracle: typeof ml_kem768_x25519;
  readonly mlKem: 'ml-kem-768' | 'ml-kem-1024';
  readonly mlKemPublicBytes: number;
  readonly mlKemCiphertextBytes: number;
  readonly curve:
    | { readonly asymmetricKeyType: 'x25519' }
    | { readonly asymmetricKeyType: 'ec'; readonly namedCurve: string };
  readonly scalarBytes: number;
}

const mlKem768 = { mlKem: 'ml-kem-768', mlKemPublicBytes: 1184, mlKemCiphertextBytes: 1088 } as const;
const hybrids: readonly HybridParts[] = [
  {
    name: 'MLKEM768-X25519',
    oracle: ml_kem768_x25519,
    ...mlKem768,
    curve: { asymmetricKeyType: 'x25519' },
    scalarBytes: 32,
  },
  {
    name: 'MLKEM768-P256',
    oracle: ml_kem768_p256,
    ...mlKem768,
    curve: { asymmetricKeyType: 'ec', namedCurve: 'P-256' },
    scalarBytes: 32,
  },
  {
    name: 'MLKEM1024-P384',
    oracle: ml_kem1024_p384,
    mlKem: 'ml-kem-1024',
    mlKemPublicBytes: 1568,
    mlKemCiphertextBytes: 1568,
    curve: { asymmetricKeyType: 'ec', namedCurve: 'P-384' },
    scalarBytes: 48,
  },
];

/** The draft's seed expansion, for scalars whose first candidate is in range. */
function privateParts(seed: Buffer, hybrid: HybridParts): KeyObject[] {
  const expanded = createHash('shake256', { outputLength: 64 + hybrid.scalarBytes })
    .update(seed)
    .digest();
  const [mlKemSeed, scalar] = [expanded.subarray(0, 64), expanded.subarray(64)];
  return [
    createPrivateKey({ key: mlKemSeed, format: 'raw-seed', asymmetricKeyType: hybrid.mlKem }),
    createPrivateKey({ key: scalar, format: 'raw-private', ...hybrid.curve } as never),
    createSecretKey(seed),
  ];
}

function publicParts(raw: Buffer, hybrid: HybridParts): KeyObject[] {
  const [mlKem, point] = [raw.subarray(0, hybrid.mlKemPublicBytes), raw.subarray(hybrid.mlKemPublicBytes)];
  return [
    createPublicKey({ key: mlKem, format: 'raw-public', asymmetricKeyType: hybrid.mlKem }),
    createPublicKey({ key: point, format: 'raw-public', ...hybrid.curve } as never),
  ];
}

async function hybridPair(hybrid: HybridParts) {
  const native = (await subtle.generateKey(hybrid.name, true, usages as never)) as webcrypto.CryptoKeyPair;
  const seed = Buffer.from((await subtle.exportKey('raw-seed' as never, native.privateKey)) as ArrayBuffer);
  const raw = Buffer.from((await subtle.exportKey('raw-public' as never, native.publicKey)) as ArrayBuffer);
  return {
    native,
    raw,
    privateKey: loadedKey(native.privateKey, privateParts(seed, hybrid)),
    publicKey: loadedKey(native.publicKey, publicParts(raw, hybrid)),
  };
}

describe.each(hybrids)('$name', (hybrid) => {
  const { name, mlKemCiphertextBytes } = hybrid;
  const pair = hybridPair(hybrid);

  test('decapsulates what native and the second implementation encapsulated', async () => {
    const { native, raw, privateKey } = await pair;
    const natively = await subtle.encapsulateBits(name as never, native.publicKey);
    const ciphertext = new Uint8Array(natively.ciphertext);
    expect(kem(name).decapsulate(privateKey, ciphertext)).toEqual(Buffer.from(natively.sharedKey));
    const noble = hybrid.oracle.encapsulate(raw);
    expect(kem(name).decapsulate(privateKey, noble.cipherText)).toEqual(Buffer.from(noble.sharedSecret));
  });

  test('encapsulates what native decapsulates', async () => {
    const { native, publicKey } = await pair;
    for (let round = 0; round < 5; round++) {
      const { sharedKey, ciphertext } = kem(name).encapsulate(publicKey);
      const natively = await subtle.decapsulateBits(name as never, native.privateKey, Buffer.from(ciphertext));
      expect(sharedKey).toEqual(Buffer.from(natively));
    }
  });

  test('one bit of either half changes the secret, or is refused', async () => {
    const { privateKey, publicKey } = await pair;
    const { sharedKey, ciphertext } = kem(name).encapsulate(publicKey);
    const changed = (index: number) => outcome(privateKey, flipped(ciphertext, index));
    for (const index of [0, mlKemCiphertextBytes - 1]) expect(changed(index)).toHaveLength(64);
    for (const index of [0, mlKemCiphertextBytes - 1, mlKemCiphertextBytes + 4, ciphertext.length - 1]) {
      expect(changed(index)).not.toBe(Buffer.from(sharedKey).toString('hex'));
    }
  });

  function outcome(key: LoadedKey, ciphertext: Uint8Array): string {
    try {
      return Buffer.from(kem(name).decapsulate(key, ciphertext)).toString('hex');
    } catch (error) {
      return (error as Error).message;
    }
  }

  test('refuses other lengths and points that are none', async () => {
    const { native, privateKey, publicKey } = await pair;
    const { ciphertext } = kem(name).encapsulate(publicKey);
    const half = ciphertext.subarray(0, mlKemCiphertextBytes);
    const zeroPoint = Buffer.concat([half, Buffer.alloc(ciphertext.length - half.length)]);
    const bad = [Buffer.alloc(0), half, ciphertext.subarray(1), Buffer.concat([ciphertext, Buffer.of(0)]), zeroPoint];
    for (const bytes of bad) {
      expect(() => kem(name).decapsulate(privateKey, bytes)).toThrow('the operation failed');
      const natively = subtle.decapsulateBits(name as never, native.privateKey, Buffer.from(bytes));
      await expect(natively).rejects.toThrow();
    }
  });

  interface Vector {
    readonly seed: string;
    readonly pk: string;
    readonly ct: string;
    readonly ss: string;
  }

  const checkVectors = (vectors: readonly Vector[]) => {
    for (const { seed, pk, ct, ss } of vectors) {
      const parts = privateParts(Buffer.from(seed, 'hex'), hybrid);
      const key: LoadedKey = { type: 'private', algorithm: { name }, extractable: false, usages: [], parts };
      const raw = parts.slice(0, 2).map((part) => createPublicKey(part).export({ format: 'raw-public' }));
      expect(Buffer.concat(raw).toString('hex')).toBe(pk);
      expect(Buffer.from(kem(name).decapsulate(key, Buffer.from(ct, 'hex'))).toString('hex')).toBe(ss);
    }
    expect(vectors.length).toBeGreaterThan(0);
  };

  vectorTest<Vector[]>('vectors of the CFRG draft', `hybrid-kem/${name.replace('-', '')}.json`, checkVectors);
  if (name === 'MLKEM768-X25519') vectorTest<Vector[]>('vectors of X-Wing', 'x-wing/test-vectors.json', checkVectors);
});
