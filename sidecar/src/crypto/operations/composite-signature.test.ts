import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { LoadedKey } from '../key.ts';
import { compositeSignatures } from './composite-signature.ts';
import {
  type ClassicalOracle,
  type CompositeOracle,
  compositeOracle,
  edwardsOracle,
  ellipticOracle,
  rsaOracle,
} from './test-composites.ts';
import { flipped } from './test-keys.ts';

const message = randomBytes(100);
const context = Buffer.from('invoices');
const none = new Uint8Array();

const algorithms: readonly (readonly [name: string, label: string, classical: () => ClassicalOracle])[] = [
  ['MLDSA65-Ed25519-SHA512', 'COMPSIG-MLDSA65-Ed25519-SHA512', () => edwardsOracle('ed25519')],
  ['MLDSA87-Ed448-SHAKE256', 'COMPSIG-MLDSA87-Ed448-SHAKE256', () => edwardsOracle('ed448')],
  ['MLDSA87-ECDSA-P521-SHA512', 'COMPSIG-MLDSA87-ECDSA-P521-SHA512', () => ellipticOracle('P-521')],
  [
    'MLDSA65-ECDSA-brainpoolP256r1-SHA512',
    'COMPSIG-MLDSA65-ECDSA-BP256-SHA512',
    () => ellipticOracle('brainpoolP256r1'),
  ],
  ['MLDSA44-RSA2048-PSS-SHA256', 'COMPSIG-MLDSA44-RSA2048-PSS-SHA256', () => rsaOracle('RSA-PSS', 2048, 32)],
  [
    'MLDSA65-RSA3072-PKCS15-SHA512',
    'COMPSIG-MLDSA65-RSA3072-PKCS15-SHA512',
    () => rsaOracle('RSASSA-PKCS1-v1_5', 3072, 0),
  ],
];

function sign({ name, privateKey }: CompositeOracle, data: Uint8Array, outer?: Uint8Array): Buffer {
  const algorithm = outer === undefined ? { name } : { name, context: outer };
  return Buffer.from(compositeSignatures[name]?.sign(algorithm, privateKey, data) as Uint8Array);
}

function verify(
  { name, publicKey }: CompositeOracle,
  signature: Uint8Array,
  data: Uint8Array,
  outer: Uint8Array = none,
  by: LoadedKey = publicKey,
): boolean | undefined {
  return compositeSignatures[name]?.verify({ name, context: outer }, by, signature, data);
}

function halves({ mlDsaBytes }: CompositeOracle, signature: Buffer): [Buffer, Buffer] {
  return [signature.subarray(0, mlDsaBytes), signature.subarray(mlDsaBytes)];
}

describe.each(algorithms)('%s', (name, labelText, classicalOracle) => {
  const oracle = compositeOracle(name, labelText, classicalOracle());
  const label = Buffer.from(labelText);

  test('verifies what the second implementation signed', async () => {
    const representative = oracle.representative(message, context);
    const classical = await oracle.classical.sign(representative);
    const signature = Buffer.concat([oracle.signMlDsa(representative, label), classical]);
    expect(verify(oracle, signature, message, context)).toBe(true);
    expect(verify(oracle, signature, message)).toBe(false);
    expect(verify(oracle, signature, message, Buffer.from('invoice'))).toBe(false);
  });

  test('signs what the second implementation verifies', async () => {
    const [mlDsa, classical] = halves(oracle, sign(oracle, message, context));
    const representative = oracle.representative(message, context);
    expect(oracle.verifyMlDsa(mlDsa, representative, label)).toBe(true);
    expect(await oracle.classical.verify(classical, representative)).toBe(true);
    expect(oracle.verifyMlDsa(mlDsa, representative, none)).toBe(false);
    expect(await oracle.classical.verify(classical, message)).toBe(false);
  });

  test('refuses a changed signature or message', () => {
    const signature = sign(oracle, message);
    expect(verify(oracle, signature, message)).toBe(true);
    for (const index of [0, oracle.mlDsaBytes - 1, oracle.mlDsaBytes, signature.length - 1]) {
      expect(verify(oracle, flipped(signature, index), message)).toBe(false);
    }
    expect(verify(oracle, signature, flipped(message, 0))).toBe(false);
  });

  test('refuses one half alone, both in the wrong order and octets at the end', () => {
    const signature = sign(oracle, message);
    const [mlDsa, classical] = halves(oracle, signature);
    const wrong = [mlDsa, classical, Buffer.concat([classical, mlDsa]), Buffer.concat([signature, Buffer.of(0)]), none];
    for (const bytes of wrong) expect(verify(oracle, bytes, message)).toBe(false);
  });

  test('refuses a half of another message', () => {
    const [mlDsa, classical] = halves(oracle, sign(oracle, message));
    const [otherMlDsa, otherClassical] = halves(oracle, sign(oracle, Buffer.from('other')));
    expect(verify(oracle, Buffer.concat([mlDsa, otherClassical]), message)).toBe(false);
    expect(verify(oracle, Buffer.concat([otherMlDsa, classical]), message)).toBe(false);
  });

  test('refuses a half by another key', () => {
    const signature = sign(oracle, message);
    const [mlDsa, classical] = oracle.publicKey.parts;
    const [otherMlDsa, otherClassical] = compositeOracle(name, labelText, classicalOracle()).publicKey.parts;
    const by = (parts: readonly unknown[]) => ({ ...oracle.publicKey, parts }) as LoadedKey;
    expect(verify(oracle, signature, message, none, by([mlDsa, classical]))).toBe(true);
    expect(verify(oracle, signature, message, none, by([otherMlDsa, classical]))).toBe(false);
    expect(verify(oracle, signature, message, none, by([mlDsa, otherClassical]))).toBe(false);
  });

  test('refuses halves that were signed by themselves, outside the composite', async () => {
    const stripped = Buffer.concat([oracle.signMlDsa(message), await oracle.classical.sign(message)]);
    expect(verify(oracle, stripped, message)).toBe(false);
    const representative = oracle.representative(message, none);
    const classical = await oracle.classical.sign(representative);
    const unlabelled = Buffer.concat([oracle.signMlDsa(representative), classical]);
    expect(verify(oracle, unlabelled, message)).toBe(false);
  });

  test('refuses an ML-DSA signature by the same key for another composite', async () => {
    const otherLabel = 'COMPSIG-MLDSA65-ECDSA-P256-SHA512';
    const representative = oracle.representative(message, none);
    const classical = await oracle.classical.sign(representative);
    const whole = oracle.signMlDsa(oracle.representative(message, none, otherLabel), Buffer.from(otherLabel));
    const context = oracle.signMlDsa(representative, Buffer.from(otherLabel));
    const inner = oracle.signMlDsa(oracle.representative(message, none, otherLabel), label);
    for (const mlDsa of [whole, context, inner]) {
      expect(verify(oracle, Buffer.concat([mlDsa, classical]), message)).toBe(false);
    }
    expect(verify(oracle, Buffer.concat([oracle.signMlDsa(representative, label), classical]), message)).toBe(true);
  });

  test('refuses a context of 256 bytes', () => {
    expect(() => sign(oracle, message, Buffer.alloc(256))).toThrow('a context of 256 bytes');
    const longest = Buffer.alloc(255, 7);
    expect(verify(oracle, sign(oracle, message, longest), message, longest)).toBe(true);
  });
});

test('the same two keys under the name of another composite verify nothing of the first', () => {
  const [name, label] = ['MLDSA65-RSA3072-PKCS15-SHA512', 'COMPSIG-MLDSA65-RSA3072-PKCS15-SHA512'];
  const oracle = compositeOracle(name, label, rsaOracle('RSASSA-PKCS1-v1_5', 3072, 0));
  const pss = { ...oracle, name: 'MLDSA65-RSA3072-PSS-SHA512' };
  const [mlDsa, classical] = halves(oracle, sign(oracle, message));
  const [otherMlDsa, otherClassical] = halves(pss, sign(pss, message));
  expect(verify(pss, Buffer.concat([otherMlDsa, otherClassical]), message)).toBe(true);
  for (const parts of [
    [mlDsa, classical],
    [mlDsa, otherClassical],
    [otherMlDsa, classical],
  ]) {
    expect(verify(pss, Buffer.concat(parts), message)).toBe(false);
  }
});
