import { execFileSync } from 'node:child_process';
import {
  constants,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  generatePrimeSync,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { SidecarError } from '../../errors.ts';
import type { Algorithm } from '../../generated/types.ts';
import { hashOf } from './hash-name.ts';
import { digestSchemes } from './signatures.ts';
import { descriptorOf } from './table.ts';
import { flipped } from './test-keys.ts';

const message = randomBytes(300);
const hashes = ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512', 'SHA3-256', 'SHA3-384', 'SHA3-512'];
/** Of 2049 bits the encoded message of PSS is a byte shorter than the modulus, of 2050 and 2047 bits it is not. */
const sizes = [2048, 3072, 4096, 2047, 2049, 2050];
const keys = new Map(sizes.map((size) => [size, rsaKey(size)]));
const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-digest-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface RsaKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** OpenSSL makes 2048 bits when it is asked for 2049. */
function rsaKey(size: number): RsaKey {
  return size % 8 === 1 ? rsaKeyOfPrimes(size) : generateKeyPairSync('rsa', { modulusLength: size });
}

function rsaKeyOfPrimes(size: number): RsaKey {
  const p = generatePrimeSync((size + 1) / 2, { bigint: true });
  const q = generatePrimeSync((size - 1) / 2, { bigint: true });
  const e = 65537n;
  const d = inverse(e, (p - 1n) * (q - 1n));
  const members = { n: p * q, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) };
  const jwk = {
    kty: 'RSA',
    ...Object.fromEntries(Object.entries(members).map(([name, value]) => [name, octets(value)])),
  };
  const privateKey = createPrivateKey({ key: jwk, format: 'jwk' });
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

function octets(value: bigint): string {
  const hex = value.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex').toString('base64url');
}

/** By the extended Euclidean algorithm. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [rest, divisor, before, factor] = [modulus, value % modulus, 0n, 1n];
  while (divisor > 0n) {
    const quotient = rest / divisor;
    [rest, divisor, before, factor] = [divisor, rest % divisor, factor, before - quotient * factor];
  }
  return (before + modulus) % modulus;
}

function keyOf(size: number): RsaKey {
  return keys.get(size) as RsaKey;
}

/** The signature of the message by its digest, with a key of that size and hash. */
function signed(algorithm: Algorithm, size: number, hash: string, digest = digestOf(hash)): Buffer {
  return signedWith(keyOf(size).privateKey, algorithm, hash, digest);
}

function signedWith(part: KeyObject, algorithm: Algorithm, hash: string, digest: Buffer): Buffer {
  const key = {
    type: 'private',
    algorithm: { name: algorithm.name, hash },
    extractable: false,
    usages: ['sign'],
  } as const;
  const scheme = descriptorOf(digestSchemes, algorithm.name, 'signing a digest');
  return Buffer.from(scheme.sign(algorithm, { ...key, parts: [part] }, digest));
}

function digestOf(hash: string): Buffer {
  return createHash(hashOf(hash).digest).update(message).digest();
}

/** Code of the error that it throws. */
function refusal(attempt: () => unknown): unknown {
  try {
    return attempt();
  } catch (error) {
    return (error as SidecarError).code;
  }
}

/** RFC 8017 section 9.1.1 step 3: emLen >= hLen + sLen + 2. */
function longestSalt(size: number, hash: string): number {
  return Math.ceil((size - 1) / 8) - hashOf(hash).bytes - 2;
}

describe.each(sizes)('a digest signed with RSA of %i bits', (size) => {
  test.each(hashes)('RSASSA-PKCS1-v1_5 with %s is the signature of the message, byte for byte', (hash) => {
    const { privateKey, publicKey } = keyOf(size);
    const signature = signed({ name: 'RSASSA-PKCS1-v1_5' }, size, hash);
    expect(signature).toEqual(sign(hashOf(hash).digest, message, privateKey));
    expect(verify(hashOf(hash).digest, message, publicKey, signature)).toBe(true);
    expect(verify(hashOf(hash).digest, flipped(message, 0), publicKey, signature)).toBe(false);
  });

  test.each(hashes)('RSA-PSS with %s verifies with its salt, and no other', (hash) => {
    const { publicKey } = keyOf(size);
    const { digest, bytes } = hashOf(hash);
    for (const saltLength of new Set([0, 1, 20, bytes, longestSalt(size, hash)])) {
      const signature = signed({ name: 'RSA-PSS', saltLength }, size, hash);
      const pss = { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING };
      expect(signature).toHaveLength(Math.ceil(size / 8));
      expect(verify(digest, message, { ...pss, saltLength }, signature)).toBe(true);
      expect(verify(digest, message, { ...pss, saltLength: saltLength + 1 }, signature)).toBe(false);
      expect(verify(digest, flipped(message, 1), { ...pss, saltLength }, signature)).toBe(false);
    }
  });

  test('RSA-PSS without salt is the signature of the message, byte for byte; with one it never repeats', () => {
    const { privateKey } = keyOf(size);
    const pss = { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 0 };
    const unsalted = signed({ name: 'RSA-PSS', saltLength: 0 }, size, 'SHA-256');
    expect(unsalted).toEqual(sign('sha256', message, pss));
    const salted = () => signed({ name: 'RSA-PSS', saltLength: 32 }, size, 'SHA-256');
    expect(salted()).not.toEqual(salted());
  });

  test('a longer salt than fits is refused', () => {
    for (const saltLength of [longestSalt(size, 'SHA-512') + 1, 2 ** 31, 2 ** 32 - 1]) {
      expect(refusal(() => signed({ name: 'RSA-PSS', saltLength }, size, 'SHA-512'))).toBe('operation_failed');
    }
  });
});

test('many signatures all verify: no encoding is too large for its modulus', () => {
  const { publicKey } = keyOf(2049);
  const pss = { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  for (let i = 0; i < 50; i++) {
    const signature = signed({ name: 'RSA-PSS', saltLength: 32 }, 2049, 'SHA-256');
    expect(verify('sha256', message, pss, signature)).toBe(true);
  }
});

describe.each(['sha1', 'sha256', 'sha384', 'sha512'])('openssl verifies %s', (digest) => {
  const hash = `SHA-${digest.slice(3)}`;

  function opensslVerifies(publicKey: KeyObject, signature: Uint8Array, options: readonly string[]): string {
    const path = (name: string, bytes: string | Uint8Array) => {
      writeFileSync(join(folder, name), bytes);
      return join(folder, name);
    };
    const key = path('key.pem', publicKey.export({ type: 'spki', format: 'pem' }));
    const words = ['dgst', `-${digest}`, '-verify', key, ...options.flatMap((option) => ['-sigopt', option])];
    const files = ['-signature', path('signature', signature), path('message', message)];
    return execFileSync('openssl', [...words, ...files], { encoding: 'utf8' }).trim();
  }

  test('with PKCS#1 v1.5', () => {
    const { publicKey } = keyOf(3072);
    const signature = signed({ name: 'RSASSA-PKCS1-v1_5' }, 3072, hash);
    expect(opensslVerifies(publicKey, signature, [])).toBe('Verified OK');
  });

  test.each([0, 32, 'longest'] as const)('with PSS and a salt of %s', (salt) => {
    const { publicKey } = keyOf(2049);
    const saltLength = salt === 'longest' ? longestSalt(2049, hash) : salt;
    const signature = signed({ name: 'RSA-PSS', saltLength }, 2049, hash);
    const options = ['rsa_padding_mode:pss', `rsa_pss_saltlen:${saltLength}`, `rsa_mgf1_md:${digest}`];
    expect(opensslVerifies(publicKey, signature, options)).toBe('Verified OK');
  });
});

describe('what is refused', () => {
  test.each([0, 20, 31, 33, 64])('%i bytes as a digest of SHA-256', (bytes) => {
    for (const algorithm of [{ name: 'RSASSA-PKCS1-v1_5' }, { name: 'RSA-PSS', saltLength: 32 }]) {
      expect(refusal(() => signed(algorithm, 2048, 'SHA-256', Buffer.alloc(bytes)))).toBe('data_invalid');
    }
  });

  test('PSS without the length of a salt', () => {
    expect(refusal(() => signed({ name: 'RSA-PSS' }, 2048, 'SHA-256'))).toBe('type_invalid');
  });

  test('a key too short for the digest, as for the message', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 512 });
    expect(() => sign('sha512', message, privateKey)).toThrow();
    const signing = () => signedWith(privateKey, { name: 'RSASSA-PKCS1-v1_5' }, 'SHA-512', digestOf('SHA-512'));
    expect(refusal(signing)).toBe('operation_failed');
  });

  test.each(['Ed25519', 'HMAC', 'ML-DSA-65', 'constructor'])('%s', (name) => {
    expect(() => descriptorOf(digestSchemes, name, 'signing a digest')).toThrow(name);
  });
});
