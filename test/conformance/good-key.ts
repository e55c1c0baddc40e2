import { expect } from 'vitest';

export interface ExpectedKey {
  readonly type: KeyType;
  readonly name: string;
  readonly extractable: boolean;
  readonly usages: readonly string[];
}

/** What the WebCryptoAPI suite asks of every key: `assert_goodCryptoKey`. */
export function expectGoodKey(key: CryptoKey, { type, name, extractable, usages }: ExpectedKey): void {
  expect(key).toBeInstanceOf(CryptoKey);
  expect(Object.prototype.toString.call(key)).toBe('[object CryptoKey]');
  expect({ type: key.type, extractable: key.extractable, algorithm: { ...key.algorithm } }).toEqual({
    type,
    extractable,
    algorithm: { name },
  });
  expect([...key.usages].sort()).toEqual([...usages].sort());
  // The attributes are cached objects.
  expect(key.algorithm).toBe(key.algorithm);
  expect(key.usages).toBe(key.usages);
}

export const allUsages = [
  'encrypt',
  'decrypt',
  'sign',
  'verify',
  'wrapKey',
  'unwrapKey',
  'deriveKey',
  'deriveBits',
  'encapsulateKey',
  'encapsulateBits',
  'decapsulateKey',
  'decapsulateBits',
] as const;
