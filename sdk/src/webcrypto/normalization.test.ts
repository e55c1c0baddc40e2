import { describe, expect, test } from 'vitest';
import { FerroHsmError } from '../errors.ts';
import { findAlgorithm, type Operation, registeredAlgorithms } from './algorithm-registry.ts';
import { normalizeAlgorithm, normalizeDerivedKey, normalizeEither } from './normalization.ts';

const native = globalThis.crypto.subtle;

interface Case {
  readonly operation: Operation;
  readonly algorithm: object;
  /** Makes the runtime normalize the same object. */
  readonly natively: (algorithm: never) => Promise<unknown>;
}

const bytes = new Uint8Array(16);
const peer = (await native.generateKey({ name: 'X25519' }, false, ['deriveBits'])) as CryptoKeyPair;
const rsa = { modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' };
const generate = (algorithm: never) => native.generateKey(algorithm, false, []);
const importRaw = (algorithm: never) => native.importKey('raw', bytes, algorithm, false, []);
const derive = (algorithm: never) => native.deriveBits(algorithm, peer.privateKey, 8);
const encrypt = (algorithm: never) => native.encrypt(algorithm, peer.privateKey, bytes);
const sign = (algorithm: never) => native.sign(algorithm, peer.privateKey, bytes);

const cases: readonly Case[] = [
  { operation: 'generateKey', algorithm: { name: 'AES-GCM', length: 256 }, natively: generate },
  { operation: 'generateKey', algorithm: { name: 'HMAC', length: 256, hash: 'SHA-512' }, natively: generate },
  { operation: 'generateKey', algorithm: { name: 'RSA-PSS', ...rsa }, natively: generate },
  { operation: 'generateKey', algorithm: { name: 'ECDSA', namedCurve: 'P-256' }, natively: generate },
  { operation: 'generateKey', algorithm: { name: 'ML-DSA-65' }, natively: generate },
  { operation: 'importKey', algorithm: { name: 'HMAC', length: 128, hash: { name: 'SHA-1' } }, natively: importRaw },
  { operation: 'importKey', algorithm: { name: 'RSA-OAEP', hash: 'SHA-256' }, natively: importRaw },
  { operation: 'encrypt', algorithm: { name: 'AES-CBC', iv: bytes }, natively: encrypt },
  { operation: 'encrypt', algorithm: { name: 'AES-CTR', length: 64, counter: bytes }, natively: encrypt },
  {
    operation: 'encrypt',
    algorithm: { name: 'AES-GCM', tagLength: 128, iv: bytes, additionalData: bytes },
    natively: encrypt,
  },
  { operation: 'encrypt', algorithm: { name: 'RSA-OAEP', label: bytes }, natively: encrypt },
  { operation: 'sign', algorithm: { name: 'RSA-PSS', saltLength: 32 }, natively: sign },
  { operation: 'sign', algorithm: { name: 'ECDSA', hash: 'SHA-256' }, natively: sign },
  { operation: 'sign', algorithm: { name: 'ML-DSA-44', context: bytes }, natively: sign },
  { operation: 'deriveBits', algorithm: { name: 'HKDF', salt: bytes, info: bytes, hash: 'SHA-256' }, natively: derive },
  {
    operation: 'deriveBits',
    algorithm: { name: 'PBKDF2', salt: bytes, iterations: 3, hash: 'SHA-256' },
    natively: derive,
  },
  { operation: 'deriveBits', algorithm: { name: 'X25519', public: peer.publicKey }, natively: derive },
  { operation: 'generateKey', algorithm: { name: 'KMAC128', length: 256 }, natively: generate },
  { operation: 'generateKey', algorithm: { name: 'AES-OCB', length: 256 }, natively: generate },
  { operation: 'importKey', algorithm: { name: 'KMAC256', length: 128 }, natively: importRaw },
  { operation: 'sign', algorithm: { name: 'KMAC128', outputLength: 256, customization: bytes }, natively: sign },
  { operation: 'sign', algorithm: { name: 'Ed448', context: bytes }, natively: sign },
  {
    operation: 'encrypt',
    algorithm: { name: 'ChaCha20-Poly1305', tagLength: 128, iv: bytes.subarray(4), additionalData: bytes },
    natively: encrypt,
  },
];

const argon2 = {
  name: 'Argon2id',
  version: 0x13,
  secretValue: bytes,
  passes: 1,
  parallelism: 1,
  nonce: bytes,
  memory: 8,
  associatedData: bytes,
};

/** The members that were read, in their order. */
function observe(algorithm: object): { observed: never; reads: string[] } {
  const reads: string[] = [];
  const observed = new Proxy(algorithm, {
    get(target, key) {
      reads.push(String(key));
      return Reflect.get(target, key);
    },
  });
  return { observed: observed as never, reads };
}

describe('against the normalization of the runtime', () => {
  test.each(cases)('$operation $algorithm.name reads the same members in the same order', async (example) => {
    const ours = observe(example.algorithm);
    const theirs = observe(example.algorithm);
    normalizeAlgorithm(example.operation, ours.observed);
    await example.natively(theirs.observed).catch(() => undefined);
    expect(ours.reads.length).toBe(Object.keys(example.algorithm).length);
    expect(ours.reads).toEqual(theirs.reads);
  });

  const values = [undefined, null, Number.NaN, 2 ** 33, -1, 1n, 'text', {}, new SharedArrayBuffer(4), Symbol('s')];
  // For a hash object without a name Node answers NotSupportedError, the specification TypeError.
  const comparable = (member: string, value: unknown) =>
    member !== 'hash' || value === null || typeof value !== 'object';
  const broken = cases.flatMap((example) =>
    Object.keys(example.algorithm).flatMap((member) =>
      values
        .filter((value) => comparable(member, value))
        .map((value) => ({ ...example, member, value, algorithm: { ...example.algorithm, [member]: value } })),
    ),
  );

  test('refuses the ill-typed members that the runtime refuses with TypeError', async () => {
    const differences: unknown[] = [];
    for (const { operation, algorithm, natively, member, value } of broken) {
      const theirs = await natively(algorithm as never).then(
        () => 'none',
        (error: Error) => error.name,
      );
      const ours = outcome(() => normalizeAlgorithm(operation, algorithm));
      if ((ours === 'TypeError') !== (theirs === 'TypeError')) {
        differences.push({ operation, algorithm, member, value, ours, theirs });
      }
    }
    expect(differences).toEqual([]);
    expect(broken.length).toBeGreaterThan(300);
  });
});

function outcome(run: () => unknown): string {
  try {
    run();
    return 'none';
  } catch (error) {
    return error instanceof FerroHsmError ? error.code : (error as Error).name;
  }
}

describe('Argon2, of which Node reads parallelism twice', () => {
  test('reads each member once, by name', () => {
    const { observed, reads } = observe(argon2);
    normalizeAlgorithm('deriveBits', observed);
    const { name, ...members } = argon2;
    expect(reads).toEqual(['name', ...Object.keys(members).sort()]);
    expect(normalizeAlgorithm('deriveBits', argon2)).toEqual({ name, ...members });
  });

  test.each(['memory', 'nonce', 'parallelism', 'passes'])('needs %s', (member) => {
    expect(outcome(() => normalizeAlgorithm('deriveBits', { ...argon2, [member]: undefined }))).toBe('TypeError');
  });
});

describe('names', () => {
  test('are found without regard to ASCII case', () => {
    expect(normalizeAlgorithm('sign', { name: 'ecDSA', hash: 'sha-256' })).toEqual({ name: 'ECDSA', hash: 'SHA-256' });
    expect(normalizeAlgorithm('generateKey', 'mlkem768-x25519')).toEqual({ name: 'MLKEM768-X25519' });
    expect(normalizeAlgorithm('generateKey', 'slh-dsa-shake-128S').name).toBe('SLH-DSA-SHAKE-128s');
  });

  test.each(['H\u212ADF', 'RSA-P\u017FS', 'ML-D\u017FA-65', 'Ed25519 ', '', '__proto__', 'toString'])(
    '%j is not registered',
    (name) => {
      expect(outcome(() => normalizeAlgorithm('importKey', { name, hash: 'SHA-256' }))).toBe('not_supported');
    },
  );

  test.each(['\u017Fha-256', 'SHA3-224', 'cSHAKE128', 'MD5', 'HMAC'])('%j is no hash of a remote key', (hash) => {
    expect(outcome(() => normalizeAlgorithm('sign', { name: 'ECDSA', hash }))).toBe('not_supported');
  });

  test('are registered by operation', () => {
    expect(outcome(() => normalizeAlgorithm('sign', 'AES-GCM'))).toBe('not_supported');
    expect(outcome(() => normalizeAlgorithm('generateKey', 'HKDF'))).toBe('not_supported');
    expect(outcome(() => normalizeAlgorithm('encapsulate', 'X25519'))).toBe('not_supported');
  });

  test('cover the twelve sets of SLH-DSA (FIPS 205 table 2)', () => {
    expect(registeredAlgorithms.filter(({ name }) => name.startsWith('SLH-DSA-')).length).toBe(12);
    expect(findAlgorithm('SLH-DSA-SHA2-192f')?.operations.sign).toBeDefined();
  });
});

describe('values', () => {
  test('integers are truncated, not wrapped', () => {
    expect(normalizeAlgorithm('generateKey', { name: 'AES-GCM', length: 256.9 })).toMatchObject({ length: 256 });
    expect(normalizeAlgorithm('generateKey', { name: 'AES-GCM', length: '128' })).toMatchObject({ length: 128 });
    expect(outcome(() => normalizeAlgorithm('generateKey', { name: 'AES-GCM', length: 65_536 + 256 }))).toBe(
      'TypeError',
    );
  });

  test('the public exponent goes out as base64url', () => {
    expect(normalizeAlgorithm('generateKey', { name: 'RSA-PSS', ...rsa })).toEqual({
      name: 'RSA-PSS',
      modulusLength: 2048,
      publicExponent: 'AQAB',
      hash: 'SHA-256',
    });
  });

  test('bytes are copied after the last getter has run', () => {
    const iv = new Uint8Array(12);
    const algorithm = {
      name: 'AES-GCM',
      iv,
      get tagLength() {
        iv.fill(7);
        return 128;
      },
    };
    const normalized = normalizeAlgorithm('encrypt', algorithm);
    iv.fill(9);
    expect(normalized.iv).toEqual(new Uint8Array(12).fill(7));
  });

  test('a view gives its own bytes, a detached buffer none', () => {
    const view = new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2);
    expect(normalizeAlgorithm('sign', { name: 'ML-DSA-65', context: view }).context).toEqual(new Uint8Array([2, 3]));
    const detached = new ArrayBuffer(8);
    structuredClone(detached, { transfer: [detached] });
    expect(normalizeAlgorithm('sign', { name: 'ML-DSA-65', context: detached }).context).toEqual(new Uint8Array());
  });

  test('optional members stay absent', () => {
    expect(Object.keys(normalizeAlgorithm('encrypt', { name: 'AES-GCM', iv: bytes }))).toEqual(['name', 'iv']);
  });
});

test('wrapping falls back to encryption', () => {
  expect(normalizeEither('wrapKey', 'encrypt', 'AES-KW')).toEqual({ name: 'AES-KW' });
  expect(normalizeEither('wrapKey', 'encrypt', { name: 'AES-CBC', iv: bytes })).toEqual({ name: 'AES-CBC', iv: bytes });
  expect(outcome(() => normalizeEither('wrapKey', 'encrypt', 'HMAC'))).toBe('not_supported');
});

test('a derived key has the members of its import and of its length', () => {
  expect(normalizeDerivedKey({ name: 'AES-GCM', length: 256 })).toEqual({ name: 'AES-GCM', length: 256 });
  expect(normalizeDerivedKey({ name: 'HMAC', hash: 'SHA-256' })).toEqual({ name: 'HMAC', hash: 'SHA-256' });
  expect(outcome(() => normalizeDerivedKey('ECDSA'))).toBe('TypeError');
});
