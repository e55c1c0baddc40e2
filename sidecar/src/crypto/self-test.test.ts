import { describe, expect, test } from 'vitest';
import { knownAnswers, type SelfTestVectors } from './known-answers.ts';
import { runStartUpSelfTests } from './self-test.ts';
import { selfTestVectors } from './self-test-vectors.ts';

test('the shipped answers are right', () => {
  expect(() => runStartUpSelfTests()).not.toThrow();
  expect(
    knownAnswers()
      .map(({ algorithm }) => algorithm)
      .sort(),
  ).toEqual(Object.keys(selfTestVectors).sort());
});

type Algorithm = keyof SelfTestVectors;

const fields = Object.entries(selfTestVectors).flatMap(([algorithm, vector]) =>
  Object.keys(vector).map((field) => ({ algorithm: algorithm as Algorithm, field })),
);

/** The vectors with one bit of one field changed. */
function withError(algorithm: Algorithm, field: string): SelfTestVectors {
  const vector: Readonly<Record<string, string>> = selfTestVectors[algorithm];
  const bytes = Buffer.from(vector[field] ?? '', 'base64url');
  const index = algorithm === 'ML-KEM-768' && field === 'seed' ? 0 : bytes.length - 1;
  bytes.writeUInt8(bytes.readUInt8(index) ^ bit, index);
  return { ...selfTestVectors, [algorithm]: { ...vector, [field]: bytes.toString('base64url') } } as SelfTestVectors;
}

/**
 * A bit that always counts: X25519 ignores the highest of a point and the two highest of a scalar. The second half of
 * an ML-KEM seed is for implicit rejection only.
 */
const bit = 0x10;

describe('one changed bit stops the start', () => {
  test.each(fields)('$algorithm $field', ({ algorithm, field }) => {
    const start = () => runStartUpSelfTests(knownAnswers(withError(algorithm, field)));
    expect(start).toThrow(expect.objectContaining({ code: 'self_test_failed', detail: algorithm }));
  });
});

test('a primitive that throws stops the start', () => {
  const broken = {
    algorithm: 'AES-GCM',
    isRight: () => {
      throw new Error('no such cipher');
    },
  };
  expect(() => runStartUpSelfTests([broken])).toThrow('a start-up self-test failed: AES-GCM');
});
