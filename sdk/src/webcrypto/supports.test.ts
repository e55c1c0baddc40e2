import { expect, test } from 'vitest';
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
  ['', gcm],
];

test.each(questions)('supports(%j, %j, %j) answers as the runtime', (...question) => {
  expect(supports(question)).toBe(native.supports(...question));
});

test('knows what only the sidecar has', () => {
  expect(supports(['sign', { name: 'SLH-DSA-SHAKE-256f', context: bytes(3) }])).toBe(true);
  expect(supports(['generateKey', 'MLDSA65-Ed25519-SHA512'])).toBe(true);
});

test('denies what the sidecar does not have', () => {
  for (const name of ['AES-OCB', 'Ed448', 'KMAC128', 'ChaCha20-Poly1305']) {
    expect(supports(['importKey', name])).toBe(false);
  }
});

test('throws for missing and unconvertible arguments', () => {
  expect(() => supports(['sign'])).toThrow(TypeError);
  expect(() => supports(['sign', Symbol('name')])).toThrow(TypeError);
});
