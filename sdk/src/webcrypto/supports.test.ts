import { expect, test } from 'vitest';
import { compositeSignatures } from './composite-signatures.ts';
import { supports } from './supports.ts';

const native = (globalThis as unknown as { SubtleCrypto: { supports(...args: unknown[]): boolean } }).SubtleCrypto;
const bytes = (length: number) => new Uint8Array(length);
const exponent = new Uint8Array([1, 0, 1]);
const gcm = { name: 'AES-GCM', length: 256 };
const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: bytes(16), info: bytes(0) };
const pbkdf2 = { name: 'PBKDF2', hash: 'SHA-256', salt: bytes(16), iterations: 1000 };
const x25519 = (await crypto.subtle.generateKey('X25519', false, ['deriveBits'])) as CryptoKeyPair;
const p521 = (await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-521' }, false, [
  'deriveBits',
])) as CryptoKeyPair;

const x448 = (await crypto.subtle.generateKey('X448', false, ['deriveBits'])) as CryptoKeyPair;
const argon2 = { name: 'Argon2id', nonce: bytes(8), memory: 16, passes: 1, parallelism: 2 };
const ocb = { name: 'AES-OCB', iv: bytes(12) };
const chacha = { name: 'ChaCha20-Poly1305', iv: bytes(12) };

const questions: readonly (readonly unknown[])[] = [
  ['generateKey', gcm],
  ['generateKey', { ...gcm, length: 100 }],
  ['generateKey', { name: 'HMAC', hash: 'SHA-256', length: 0 }],
  ['generateKey', { name: 'HMAC', hash: 'SHA-256' }],
  ['generateKey', { name: 'ECDSA', namedCurve: 'P-192' }],
  ['generateKey', { name: 'RSA-PSS', modulusLength: 2048, publicExponent: exponent, hash: 'SHA-56' }],
  ['generateKey', { name: 'RSA-PSS', modulusLength: 3072, publicExponent: exponent, hash: 'SHA-512' }],
  ['generateKey', 'ML-KEM-768'],
  ['generateKey', 'HKDF'],
  ['importKey', 'HKDF'],
  ['exportKey', 'HKDF'],
  ['exportKey', 'ML-DSA-44'],
  ['encrypt', { name: 'AES-CBC', iv: bytes(15) }],
  ['encrypt', { name: 'AES-CTR', counter: bytes(16), length: 129 }],
  ['encrypt', { name: 'AES-GCM', iv: bytes(12), tagLength: 100 }],
  ['decrypt', { name: 'AES-GCM', iv: bytes(12), tagLength: 96 }],
  ['encrypt', 'AES-GCM'],
  ['sign', { name: 'ML-DSA-65', context: bytes(256) }],
  ['sign', { name: 'ML-DSA-65', context: bytes(255) }],
  ['sign', 'ECDSA'],
  ['verify', 'Ed25519'],
  ['digest', 'SHA-256'],
  ['digest', 'MD5'],
  ['deriveBits', hkdf, 256],
  ['deriveBits', hkdf, 11],
  ['deriveBits', hkdf],
  ['deriveBits', hkdf, 255 * 256],
  ['deriveBits', hkdf, 255 * 256 + 8],
  ['deriveBits', pbkdf2, 256],
  ['deriveBits', pbkdf2, null],
  ['deriveBits', { ...pbkdf2, iterations: 0 }, 256],
  ['deriveBits', { name: 'X25519', public: x25519.publicKey }],
  ['deriveBits', { name: 'X25519', public: x25519.publicKey }, 257],
  ['deriveBits', { name: 'X25519', public: x25519.privateKey }, 256],
  ['deriveBits', { name: 'ECDH', public: p521.publicKey }, 528],
  ['deriveBits', { name: 'ECDH', public: p521.publicKey }, 529],
  ['deriveBits', { name: 'ECDH', public: x25519.publicKey }, 8],
  ['deriveKey', hkdf, gcm],
  ['deriveKey', hkdf, 'ECDSA'],
  ['deriveKey', hkdf, { name: 'HMAC', hash: 'SHA-512' }],
  ['deriveKey', { name: 'X25519', public: x25519.publicKey }, { name: 'HMAC', hash: 'SHA-256' }],
  ['wrapKey', 'AES-KW', gcm],
  ['wrapKey', 'AES-KW', 'PBKDF2'],
  ['unwrapKey', { name: 'AES-CBC', iv: bytes(16) }, 'PBKDF2'],
  ['wrapKey', 'HMAC', gcm],
  ['encapsulateBits', 'ML-KEM-512'],
  ['encapsulateBits', 'X25519'],
  ['encapsulateKey', 'ML-KEM-512', gcm],
  ['encapsulateKey', 'ML-KEM-512', 'Ed25519'],
  ['decapsulateKey', 'MLKEM768-X25519', { name: 'HMAC', hash: 'SHA-256', length: 128 }],
  ['decapsulateKey', 'MLKEM768-X25519', { name: 'HMAC', hash: 'SHA-256' }],
  ['getPublicKey', 'ECDH'],
  ['getPublicKey', 'AES-GCM'],
  ['generatekey', gcm],
  ...['AES-OCB', 'ChaCha20-Poly1305', 'KMAC128', 'KMAC256', 'Argon2d', 'Argon2i', 'Argon2id', 'Ed448', 'X448'].flatMap(
    (name) =>
      ['generateKey', 'importKey', 'exportKey', 'getPublicKey', 'sign', 'encrypt', 'deriveBits', 'wrapKey'].map(
        (operation) => [operation, name] as const,
      ),
  ),
  ['generateKey', { name: 'AES-OCB', length: 192 }],
  ['generateKey', { name: 'KMAC128', length: 0 }],
  ...['SHA3-256', 'SHA3-384', 'SHA3-512'].flatMap((hash) => [
    ['generateKey', { name: 'HMAC', hash }],
    ['generateKey', { name: 'HMAC', hash, length: 256 }],
    ['importKey', { name: 'HMAC', hash }],
    ['sign', { name: 'ECDSA', hash }],
    ['generateKey', { name: 'RSA-OAEP', modulusLength: 2048, publicExponent: exponent, hash }],
    ['deriveBits', { ...hkdf, hash }, 255 * 256],
    ['deriveBits', { ...hkdf, hash }, 255 * 512],
    ['deriveBits', { ...hkdf, hash }, 255 * 512 + 8],
    ['deriveBits', { ...pbkdf2, hash }, 256],
    ['deriveKey', hkdf, { name: 'HMAC', hash }],
    ['deriveKey', hkdf, { name: 'HMAC', hash, length: 512 }],
    ['digest', hash],
  ]),
  ...[0, 1, 12, 15, 16].flatMap((size) => [
    ['encrypt', { ...ocb, iv: bytes(size) }],
    ['decrypt', { ...chacha, iv: bytes(size) }],
  ]),
  ...[32, 64, 96, 100, 128].flatMap((tagLength) => [
    ['encrypt', { ...ocb, tagLength }],
    ['encrypt', { ...chacha, tagLength }],
    ['wrapKey', { ...chacha, tagLength }, ocb],
    ['unwrapKey', ocb, { ...chacha, tagLength }],
  ]),
  ['sign', { name: 'KMAC128', outputLength: 256 }],
  ['sign', { name: 'KMAC256', outputLength: 7, customization: bytes(3) }],
  ['sign', { name: 'KMAC256', outputLength: -1 }],
  ['verify', { name: 'Ed448', context: bytes(255) }],
  ['sign', { name: 'Ed448', context: bytes(256) }],
  ['deriveBits', { name: 'X448', public: x448.publicKey }, 448],
  ['deriveBits', { name: 'X448', public: x448.publicKey }, 449],
  ['deriveBits', { name: 'X448', public: x25519.publicKey }, 8],
  ['deriveBits', argon2, 32],
  ['deriveBits', argon2, 24],
  ['deriveBits', argon2, 33],
  ['deriveBits', argon2],
  ...[
    { nonce: bytes(7) },
    { memory: 15 },
    { passes: 0 },
    { parallelism: 0 },
    { version: 0x13 },
    { version: 0x10 },
    { secretValue: bytes(0), associatedData: bytes(9) },
    { secretValue: 'pepper' },
  ].map((parameters) => ['deriveBits', { ...argon2, ...parameters }, 256]),
  ...['KMAC128', 'KMAC256', 'ChaCha20-Poly1305', 'Argon2i', { name: 'KMAC128', length: 7 }].flatMap((target) => [
    ['deriveKey', hkdf, target],
    ['deriveKey', { name: 'X25519', public: x25519.publicKey }, target],
    ['deriveKey', argon2, target],
    ['encapsulateKey', 'ML-KEM-768', target],
  ]),
  ...[248, 249, 256, 257].flatMap((length) => [
    ['encapsulateKey', 'ML-KEM-768', { name: 'KMAC128', length }],
    ['encapsulateKey', 'ML-KEM-768', { name: 'HMAC', hash: 'SHA3-256', length }],
  ]),
  ['digest', 'SHA3-256'],
  ['digest', 'sha-1'],
  ['digest', { name: 'cSHAKE128', outputLength: 256 }],
  ['digest', 'cSHAKE128'],
  ['digest', { name: 'TurboSHAKE256', outputLength: 256, domainSeparation: 7 }],
  ['digest', { name: 'KT128', outputLength: 256, customization: bytes(513) }],
  ['', gcm],
];

test.each(questions)('supports(%j, %j, %j) answers as the runtime', (...question) => {
  expect(supports(question)).toBe(native.supports(...question));
});

test('knows what only the sidecar has', () => {
  expect(supports(['sign', { name: 'SLH-DSA-SHAKE-256f', context: bytes(3) }])).toBe(true);
});

test.each(compositeSignatures)('knows the composite %s', (name) => {
  for (const operation of ['generateKey', 'importKey', 'exportKey', 'getPublicKey']) {
    expect(supports([operation, name]), operation).toBe(true);
  }
  for (const operation of ['sign', 'verify']) {
    expect(supports([operation, { name: name.toLowerCase(), context: bytes(255) }])).toBe(true);
    expect(supports([operation, { name, context: bytes(256) }])).toBe(false);
  }
  expect(supports(['encrypt', name])).toBe(false);
});

test('denies what the sidecar does not have', () => {
  for (const name of ['AES-GCM-SIV', 'Ed25519ph', 'KMACXOF128', 'XChaCha20-Poly1305']) {
    expect(supports(['importKey', name])).toBe(false);
  }
  expect(supports(['deriveBits', { ...argon2, memory: 2 ** 20 + 1 }, 256])).toBe(false);
  expect(supports(['deriveBits', { ...argon2, memory: 2 ** 20, passes: 5 }, 256])).toBe(false);
});

test('throws for missing and unconvertible arguments', () => {
  expect(() => supports(['sign'])).toThrow(TypeError);
  expect(() => supports(['sign', Symbol('name')])).toThrow(TypeError);
});
