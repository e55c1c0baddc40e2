import type { Algorithm, PublicKey } from '../generated/types.ts';

// Public keys of algorithms that the runtime lacks. @noble is loaded by the first call that needs it.

interface Lengths {
  readonly lengths: { readonly publicKey?: number };
}

interface Verifier extends Lengths {
  verify(signature: Uint8Array, data: Uint8Array, publicKey: Uint8Array, options: { context?: Uint8Array }): boolean;
}

interface Encapsulator extends Lengths {
  encapsulate(publicKey: Uint8Array): { cipherText: Uint8Array; sharedSecret: Uint8Array };
}

/** A shared secret and the ciphertext that carries it. */
export interface Encapsulated {
  readonly sharedKey: Uint8Array;
  readonly ciphertext: Uint8Array;
}

type Loaders<T> = Readonly<Record<string, () => Promise<T>>>;

/** FIPS 204 and FIPS 205 allow no longer one. */
const maxContextBytes = 255;

const mlDsa = () => import('@noble/post-quantum/ml-dsa.js');
const slhDsa = () => import('@noble/post-quantum/slh-dsa.js');
const mlKem = () => import('@noble/post-quantum/ml-kem.js');
const hybrid = () => import('@noble/post-quantum/hybrid.js');

const verifiers: Loaders<Verifier> = {
  'ML-DSA-44': async () => (await mlDsa()).ml_dsa44,
  'ML-DSA-65': async () => (await mlDsa()).ml_dsa65,
  'ML-DSA-87': async () => (await mlDsa()).ml_dsa87,
  'SLH-DSA-SHA2-128s': async () => (await slhDsa()).slh_dsa_sha2_128s,
  'SLH-DSA-SHA2-128f': async () => (await slhDsa()).slh_dsa_sha2_128f,
  'SLH-DSA-SHA2-192s': async () => (await slhDsa()).slh_dsa_sha2_192s,
  'SLH-DSA-SHA2-192f': async () => (await slhDsa()).slh_dsa_sha2_192f,
  'SLH-DSA-SHA2-256s': async () => (await slhDsa()).slh_dsa_sha2_256s,
  'SLH-DSA-SHA2-256f': async () => (await slhDsa()).slh_dsa_sha2_256f,
  'SLH-DSA-SHAKE-128s': async () => (await slhDsa()).slh_dsa_shake_128s,
  'SLH-DSA-SHAKE-128f': async () => (await slhDsa()).slh_dsa_shake_128f,
  'SLH-DSA-SHAKE-192s': async () => (await slhDsa()).slh_dsa_shake_192s,
  'SLH-DSA-SHAKE-192f': async () => (await slhDsa()).slh_dsa_shake_192f,
  'SLH-DSA-SHAKE-256s': async () => (await slhDsa()).slh_dsa_shake_256s,
  'SLH-DSA-SHAKE-256f': async () => (await slhDsa()).slh_dsa_shake_256f,
};

const encapsulators: Loaders<Encapsulator> = {
  'ML-KEM-512': async () => (await mlKem()).ml_kem512,
  'ML-KEM-768': async () => (await mlKem()).ml_kem768,
  'ML-KEM-1024': async () => (await mlKem()).ml_kem1024,
  'MLKEM768-X25519': async () => (await hybrid()).ml_kem768_x25519,
  'MLKEM768-P256': async () => (await hybrid()).ml_kem768_p256,
  'MLKEM1024-P384': async () => (await hybrid()).ml_kem1024_p384,
};

/**
 * Verifies a signature with a public key of the sidecar.
 *
 * @returns undefined for an algorithm or parameters that are the sidecar's to judge
 */
export async function verifyWithNoble(
  { name, context }: Algorithm,
  publicKey: PublicKey,
  signature: Uint8Array,
  data: Uint8Array,
): Promise<boolean | undefined> {
  const verifier = await verifiers[name]?.();
  if (verifier === undefined || (context !== undefined && context.length > maxContextBytes)) return undefined;
  return verifier.verify(signature, data, rawKey(publicKey, verifier), context === undefined ? {} : { context });
}

/**
 * Encapsulates to a public key of the sidecar.
 *
 * @returns undefined for an algorithm that is not known here
 */
export async function encapsulateWithNoble(name: string, publicKey: PublicKey): Promise<Encapsulated | undefined> {
  const encapsulator = await encapsulators[name]?.();
  if (encapsulator === undefined) return undefined;
  const { sharedSecret, cipherText } = encapsulator.encapsulate(rawKey(publicKey, encapsulator));
  return { sharedKey: sharedSecret, ciphertext: cipherText };
}

/** In the SubjectPublicKeyInfo of these algorithms the key itself comes last (RFC 9881, RFC 9909, RFC 9935). */
function rawKey({ format, data }: PublicKey, { lengths }: Lengths): Uint8Array {
  return format === 'spki' ? data.subarray(data.length - (lengths.publicKey as number)) : data;
}
