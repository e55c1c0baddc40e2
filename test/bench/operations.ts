import { randomBytes } from 'node:crypto';
import type { FerroHsm } from '@ferrohsm/sdk/node';

type Subtle = FerroHsm['subtle'];
type KeyAlgorithm = Parameters<FerroHsm['keys']['create']>[0]['algorithm'];
type Usage = Parameters<FerroHsm['keys']['create']>[0]['usages'][number];

/** A named or a session key, whichever parts it has. */
export interface UsableKey {
  readonly privateKey?: CryptoKey;
  readonly publicKey?: CryptoKey;
  readonly secretKey?: CryptoKey;
}

/** One operation with a key, as a caller of the SDK writes it. */
export interface KeyOperation {
  /** What `--only` calls it. */
  readonly id: string;
  readonly title: string;
  readonly key: KeyAlgorithm;
  readonly usages: readonly Usage[];
  /** Prepares what is repeated. */
  readonly use: (subtle: Subtle, key: UsableKey) => (() => Promise<unknown>) | Promise<() => Promise<unknown>>;
}

/** What is signed: short, so that hashing it costs nothing. */
export const message: Uint8Array<ArrayBuffer> = new Uint8Array(randomBytes(32));
export const ivBytes = 12;
const kibi = 1024;

/** The cheapest call there is: every stage of a request, but no key and, by the policy of these sidecars, no record. */
export const noOperation = Object.freeze({ id: 'no-op', title: 'no operation (session.whoami)' });

export const keyOperations: readonly KeyOperation[] = Object.freeze([
  signature('p256', 'ECDSA P-256 sign', { name: 'ECDSA', namedCurve: 'P-256' }, { name: 'ECDSA', hash: 'SHA-256' }),
  signature('ed25519', 'Ed25519 sign', { name: 'Ed25519' }, { name: 'Ed25519' }),
  signature(
    'rsa2048',
    'RSA-PSS 2048 sign',
    { name: 'RSA-PSS', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1), hash: 'SHA-256' },
    { name: 'RSA-PSS', saltLength: 32 },
  ),
  signature('ml-dsa-65', 'ML-DSA-65 sign', { name: 'ML-DSA-65' }),
  signature('composite', 'MLDSA65-Ed25519 sign', { name: 'MLDSA65-Ed25519-SHA512' }),
  decapsulation('ml-kem-768', 'ML-KEM-768 decapsulate', 'ML-KEM-768'),
  decapsulation('hybrid-kem', 'MLKEM768-X25519 decapsulate', 'MLKEM768-X25519'),
  encryption('aes-1k', 'AES-256-GCM encrypt 1 KiB', kibi),
  encryption('aes-64k', 'AES-256-GCM encrypt 64 KiB', 64 * kibi),
  encryption('aes-1m', 'AES-256-GCM encrypt 1 MiB', kibi * kibi),
]);

/** Takes most of a second: what other operations must not wait for. */
export const slowOperation: KeyOperation = signature('slh-dsa-128s', 'SLH-DSA-SHA2-128s sign', {
  name: 'SLH-DSA-SHA2-128s',
});

export const operationIds: readonly string[] = [noOperation.id, ...keyOperations.map(({ id }) => id)];

export function titleOf(operationId: string): string {
  return [noOperation, ...keyOperations, slowOperation].find(({ id }) => id === operationId)?.title ?? operationId;
}

function signature(
  id: string,
  title: string,
  key: KeyAlgorithm & { name: string },
  algorithm: { readonly name: string } & Partial<RsaPssParams & EcdsaParams> = { name: key.name },
): KeyOperation {
  return {
    id,
    title,
    key,
    usages: ['sign', 'verify'],
    use: (subtle, { privateKey }) => {
      const held = required(privateKey);
      return () => subtle.sign(algorithm, held, message);
    },
  };
}

function decapsulation(id: string, title: string, name: string): KeyOperation {
  return {
    id,
    title,
    key: { name },
    usages: ['encapsulateBits', 'decapsulateBits'],
    use: async (subtle, { privateKey, publicKey }) => {
      const held = required(privateKey);
      const { ciphertext } = await subtle.encapsulateBits({ name }, required(publicKey));
      return () => subtle.decapsulateBits({ name }, held, ciphertext);
    },
  };
}

function encryption(id: string, title: string, bytes: number): KeyOperation {
  return {
    id,
    title,
    key: { name: 'AES-GCM', length: 256 },
    usages: ['encrypt', 'decrypt'],
    use: (subtle, { secretKey }) => {
      const held = required(secretKey);
      const plaintext = new Uint8Array(randomBytes(bytes));
      // A benchmark keeps nothing secret: the same iv again and again would be a mistake anywhere else.
      const algorithm = { name: 'AES-GCM', iv: new Uint8Array(randomBytes(ivBytes)) };
      return () => subtle.encrypt(algorithm, held, plaintext);
    },
  };
}

function required(key: CryptoKey | undefined): CryptoKey {
  if (key === undefined) throw new Error('the key lacks the part that the operation needs');
  return key;
}
