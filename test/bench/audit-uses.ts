import { randomBytes } from 'node:crypto';
import type { FerroHsm } from '@ferrohsm/sdk/node';

/** A pure use of a key, which leaves one record. */
export interface KeyUse {
  readonly name: string;
  readonly scope: 'named' | 'session';
  /** Share of the throughput without a log that the log may take at 64 in flight. */
  readonly shareMax: number;
  /** Makes the key and answers what uses it. */
  prepare(hsm: FerroHsm): Promise<() => Promise<unknown>>;
}

interface Signature {
  readonly name: string;
  readonly shareMax: number;
  readonly key: { name: 'ECDSA'; namedCurve: string } | { name: 'ML-DSA-65' };
  readonly algorithm: { readonly name: string; readonly hash?: string };
}

const signatures: readonly Signature[] = Object.freeze([
  {
    name: 'ECDSA P-256 sign',
    shareMax: 0.3,
    key: { name: 'ECDSA', namedCurve: 'P-256' },
    algorithm: { name: 'ECDSA', hash: 'SHA-256' },
  },
  { name: 'ML-DSA-65 sign', shareMax: 0.15, key: { name: 'ML-DSA-65' }, algorithm: { name: 'ML-DSA-65' } },
]);

const message = randomBytes(32);

export const keyUses: readonly KeyUse[] = signatures.flatMap((signature) => [
  { ...signature, scope: 'named', prepare: (hsm) => signingWithNamedKey(hsm, signature) },
  { ...signature, scope: 'session', prepare: (hsm) => signingWithSessionKey(hsm, signature) },
]);

async function signingWithNamedKey({ keys, subtle }: FerroHsm, { name, key, algorithm }: Signature) {
  const keyName = `bench/${name.toLowerCase().replaceAll(' ', '-')}`;
  const { privateKey } = await keys.create({ name: keyName, algorithm: key, usages: ['sign', 'verify'] });
  return () => subtle.sign(algorithm, privateKey as CryptoKey, message);
}

async function signingWithSessionKey({ subtle }: FerroHsm, { key, algorithm }: Signature) {
  const { privateKey } = (await subtle.generateKey(key, false, ['sign', 'verify'])) as CryptoKeyPair;
  return () => subtle.sign(algorithm, privateKey, message);
}
