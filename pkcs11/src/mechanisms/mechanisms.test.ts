import { describe, expect, test } from 'vitest';
import { carriedParameter, isCarried } from '../codec/carried-mechanisms.ts';
import { CKM } from '../codec/constants/mechanism-types.ts';
import { CKR } from '../codec/constants/return-values.ts';
import { CKF } from '../codec/constants/sessions.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import { mechanismInfo, mechanisms, mechanismsOf, mechanismsOffered } from './mechanisms.ts';

const names = new Map<number, string>(Object.entries(CKM).map(([name, type]) => [type, name]));
const named = (types: readonly number[]) => types.map((type) => names.get(type)).sort();

/** CKF_... of calls, without those that say more of the same. */
const calls = {
  encrypt: CKF.ENCRYPT,
  decrypt: CKF.DECRYPT,
  digest: CKF.DIGEST,
  sign: CKF.SIGN,
  verify: CKF.VERIFY,
  wrap: CKF.WRAP,
  unwrap: CKF.UNWRAP,
  derive: CKF.DERIVE,
} as const;

describe('the table', () => {
  test('names each mechanism once, and the codec reads the parameter of each', () => {
    const types = mechanisms.map(({ type }) => type);
    expect(new Set(types).size).toBe(types.length);
    expect(types.filter((type) => carriedParameter(type) === undefined)).toEqual([]);
  });

  test.each(mechanisms.map((mechanism) => [names.get(mechanism.type), mechanism] as const))(
    '%s tells of itself what it does',
    (_name, mechanism) => {
      const { flags, minKeySize, maxKeySize } = mechanismInfo(mechanism.type, 2);
      for (const [call, flag] of Object.entries(calls)) {
        expect((flags & flag) !== 0).toBe(mechanism[call as keyof typeof calls] !== undefined);
      }
      expect(minKeySize).toBeLessThanOrEqual(maxKeySize);
      expect(mechanism.keyTypes.length > 0).toBe(mechanism.digest === undefined);
      expect(Object.isFrozen(mechanism)).toBe(true);
    },
  );

  test('has both halves of what has two', () => {
    const lonely = mechanisms.filter(
      (one) =>
        (one.sign === undefined) !== (one.verify === undefined) ||
        (one.encrypt === undefined) !== (one.decrypt === undefined) ||
        (one.wrap === undefined) !== (one.unwrap === undefined) ||
        (one.signRecover === undefined) !== (one.verifyRecover === undefined),
    );
    expect(lonely).toEqual([]);
  });
});

describe('what is offered', () => {
  test.each([0, 1, 2] as const)('to version %i is carried by it', (version) => {
    const offered = mechanismsOffered(version);
    expect(offered.filter((type) => !isCarried(type, version))).toEqual([]);
    expect(offered).not.toContain(CKM.ML_DSA);
  });

  test('grows with the version', () => {
    expect(mechanismsOffered(0)).toContain(CKM.ECDSA);
    expect(mechanismsOffered(0)).not.toContain(CKM.ECDSA_SHA256);
    expect(mechanismsOffered(1)).toContain(CKM.ECDSA_SHA256);
    expect(mechanismsOffered(2)).toEqual(mechanismsOffered(1));
  });

  test('does not tell version 0 of calls that it does not carry', () => {
    const messageFlags = CKF.MESSAGE_SIGN | CKF.MESSAGE_VERIFY;
    expect(mechanismInfo(CKM.ECDSA, 1).flags & messageFlags).toBe(messageFlags);
    expect(mechanismInfo(CKM.ECDSA, 0).flags & messageFlags).toBe(0);
  });

  test('is refused where it is unknown', () => {
    expect(() => mechanismInfo(999, 2)).toThrow(CryptokiRefusal);
    expect(() => mechanismInfo(999, 2)).toThrow(expect.objectContaining({ returnValue: CKR.MECHANISM_INVALID }));
  });
});

describe('what a key is used with', () => {
  const shown = (algorithm: Parameters<typeof mechanismsOf>[0]['algorithm']) => named(mechanismsOf({ algorithm }));

  test.each([
    [{ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, ['RSA_PKCS', 'SHA256_RSA_PKCS']],
    [{ name: 'RSA-PSS', hash: 'SHA-512' }, ['RSA_PKCS_PSS', 'SHA512_RSA_PKCS_PSS']],
    [{ name: 'RSA-OAEP', hash: 'SHA-1' }, ['RSA_PKCS_OAEP']],
    [{ name: 'ECDH', namedCurve: 'P-256' }, ['ECDH1_DERIVE']],
    [{ name: 'X25519' }, ['ECDH1_DERIVE']],
    [{ name: 'Ed25519' }, ['EDDSA']],
    [{ name: 'AES-GCM', length: 256 }, ['AES_GCM']],
    [{ name: 'AES-CBC', length: 256 }, ['AES_CBC_PAD']],
    [{ name: 'AES-CTR', length: 256 }, ['AES_CTR']],
    [{ name: 'AES-KW', length: 256 }, ['AES_KEY_WRAP']],
    [{ name: 'HMAC', hash: 'SHA-384', length: 384 }, ['SHA384_HMAC']],
    [{ name: 'ML-DSA-65' }, ['ML_DSA']],
    [{ name: 'ML-KEM-768' }, ['ML_KEM']],
    [{ name: 'SLH-DSA-SHAKE-256f' }, ['SLH_DSA']],
    [{ name: 'MLDSA65-Ed25519-SHA512' }, []],
  ] as const)('$name', (algorithm, expected) => {
    expect(shown(algorithm)).toEqual(expected);
  });

  test('is all of its kind for a general-purpose key', () => {
    expect(shown({ name: 'AES-GCM', length: 128, multipurpose: true })).toEqual(
      ['AES_CBC', 'AES_CBC_PAD', 'AES_CTR', 'AES_ECB', 'AES_GCM', 'AES_KEY_WRAP'].sort(),
    );
    const rsa = shown({ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', multipurpose: true });
    expect(rsa).toEqual(expect.arrayContaining(['RSA_X_509', 'RSA_PKCS_OAEP', 'SHA224_RSA_PKCS', 'RSA_PKCS_PSS']));
    const elliptic = shown({ name: 'ECDSA', namedCurve: 'P-256', multipurpose: true });
    expect(elliptic).toEqual(expect.arrayContaining(['ECDSA', 'ECDSA_SHA224', 'ECDH1_DERIVE']));
    // Those that make keys use none.
    expect([...rsa, ...elliptic].filter((name) => name?.endsWith('_GEN'))).toEqual([]);
  });
});
