import { createPublicKey, randomBytes, webcrypto } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Algorithm, KeyUsage } from '../../generated/types.ts';
import type { LoadedKey } from '../key.ts';
import { derivationSchemes } from './derivations.ts';
import { descriptorOf } from './table.ts';
import { oracleKeyPair, oracleSecret } from './test-keys.ts';

const { subtle } = webcrypto;
const usages: KeyUsage[] = ['deriveBits'];

function derived(algorithm: Algorithm, key: LoadedKey, length: number | null, peer?: LoadedKey): Buffer {
  const { derive } = descriptorOf(derivationSchemes, algorithm.name, 'derivation');
  return Buffer.from(derive(algorithm, key, length, peer));
}

const agreements = [
  { name: 'ECDH', namedCurve: 'P-256', bits: 256 },
  { name: 'ECDH', namedCurve: 'P-384', bits: 384 },
  { name: 'ECDH', namedCurve: 'P-521', bits: 528 },
  { name: 'X25519', bits: 256 },
  { name: 'X448', bits: 448 },
];

describe.each(agreements)('$name $namedCurve against native subtle', ({ bits, ...algorithm }) => {
  const pairs = Promise.all([oracleKeyPair(algorithm, usages), oracleKeyPair(algorithm, usages)]);

  test.each([null, 0, 1, 7, 8, 9, 100, 255, 256, bits - 1, bits])('%s bits', async (length) => {
    const [ours, theirs] = await pairs;
    const native = await subtle.deriveBits(
      { name: algorithm.name, public: theirs.publicKey.native },
      ours.privateKey.native,
      length,
    );
    const result = derived({ name: algorithm.name }, ours.privateKey.loaded, length, theirs.publicKey.loaded);
    expect(result).toEqual(Buffer.from(native));
    expect(result).toEqual(derived({ name: algorithm.name }, theirs.privateKey.loaded, length, ours.publicKey.loaded));
  });

  test('refuses more bits than there are', async () => {
    const [ours, theirs] = await pairs;
    const derive = () => derived({ name: algorithm.name }, ours.privateKey.loaded, bits + 1, theirs.publicKey.loaded);
    expect(derive).toThrow(`${bits + 1} bits of a secret of ${bits}`);
  });

  test('refuses a missing, a private and a foreign public key', async () => {
    const [ours, theirs] = await pairs;
    const by = (peer?: LoadedKey) => () => derived({ name: algorithm.name }, ours.privateKey.loaded, null, peer);
    expect(by()).toThrow('algorithm.public is missing');
    expect(by(theirs.privateKey.loaded)).toThrow('a private key as public key');
    expect(by({ ...theirs.publicKey.loaded, algorithm: { name: 'Ed25519' } })).toThrow('a Ed25519 public key');
    const otherCurve = { name: algorithm.name, namedCurve: 'P-192' };
    expect(by({ ...theirs.publicKey.loaded, algorithm: otherCurve })).toThrow('a public key on P-192');
  });
});

test.each([0, 1])('X25519 refuses the point of small order %d', async (u) => {
  const { privateKey } = await oracleKeyPair({ name: 'X25519' }, usages);
  const point = Buffer.alloc(32);
  point.writeUInt8(u, 0);
  const part = createPublicKey({ key: point, format: 'raw-public', asymmetricKeyType: 'x25519' });
  const peer: LoadedKey = { ...privateKey.loaded, type: 'public', parts: [part] };
  expect(() => derived({ name: 'X25519' }, privateKey.loaded, null, peer)).toThrow('the operation failed');
});

describe.each(['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512', 'SHA3-256', 'SHA3-384', 'SHA3-512'])(
  'with %s against native subtle',
  (hash) => {
    const salt = randomBytes(20);
    const hkdf = { name: 'HKDF', hash, salt, info: randomBytes(30) };
    const pbkdf2 = { name: 'PBKDF2', hash, salt, iterations: 10 };

    test.each([hkdf, pbkdf2])('$name gives the same bits', async (algorithm) => {
      for (const secretBytes of [0, 1, 32, 100]) {
        const { native, loaded } = await oracleSecret(algorithm, usages, randomBytes(secretBytes));
        for (const length of [0, 8, 256, 1000]) {
          const expected = Buffer.from(await subtle.deriveBits(algorithm, native, length));
          expect(derived(algorithm, loaded, length)).toEqual(expected);
        }
      }
    });

    test.each([hkdf, pbkdf2])('$name refuses lengths that are no whole bytes', async (algorithm) => {
      const { loaded } = await oracleSecret(algorithm, usages, randomBytes(32));
      for (const length of [null, 7, 129]) {
        expect(() => derived(algorithm, loaded, length)).toThrow(`a length of ${length} bits`);
      }
    });
  },
);

describe('bounds', () => {
  const salt = Buffer.alloc(0);

  test('HKDF gives 255 times its hash and no more, and takes 1024 bytes of info', async () => {
    const { loaded } = await oracleSecret({ name: 'HKDF' }, usages, randomBytes(32));
    const algorithm = { name: 'HKDF', hash: 'SHA-256', salt, info: Buffer.alloc(1024) };
    expect(derived(algorithm, loaded, 255 * 256)).toHaveLength(255 * 32);
    expect(() => derived(algorithm, loaded, 255 * 256 + 8)).toThrow('the operation failed');
    expect(() => derived({ ...algorithm, info: Buffer.alloc(1025) }, loaded, 256)).toThrow('the operation failed');
  });

  test('PBKDF2 refuses 0 iterations', async () => {
    const { loaded } = await oracleSecret({ name: 'PBKDF2' }, usages, randomBytes(8));
    const algorithm = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations: 0 };
    expect(() => derived(algorithm, loaded, 256)).toThrow('0 iterations');
  });

  test.each([
    [2 ** 31 - 1, 256],
    [10_000_000, 264],
    [1, 524_296],
  ])('PBKDF2 refuses %d iterations for %d bits: it would hold up everybody else', async (iterations, length) => {
    const { loaded } = await oracleSecret({ name: 'PBKDF2' }, usages, randomBytes(8));
    const algorithm = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations };
    expect(() => derived(algorithm, loaded, length)).toThrow('the operation failed');
  });

  test('PBKDF2 gives 65,536 bytes', async () => {
    const { loaded } = await oracleSecret({ name: 'PBKDF2' }, usages, randomBytes(8));
    const algorithm = { name: 'PBKDF2', hash: 'SHA-512', salt, iterations: 1 };
    expect(derived(algorithm, loaded, 524_288)).toHaveLength(65_536);
  });

  test('unknown hashes are not supported', async () => {
    const { loaded } = await oracleSecret({ name: 'PBKDF2' }, usages, randomBytes(8));
    const algorithm = { name: 'PBKDF2', hash: 'constructor', salt, iterations: 1 };
    expect(() => derived(algorithm, loaded, 256)).toThrow('hash with constructor');
  });
});
