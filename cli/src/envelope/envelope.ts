import { CliError } from '../errors.ts';
import { aesGcm } from './aes-gcm.ts';
import { EnvelopeReader, encodePrefix } from './header.ts';
import { kem } from './kem.ts';
import { rsaOaep } from './rsa-oaep.ts';
import type { SealingMethod, Subtle, VersionKeys } from './sealing-method.ts';

/**
 * The envelope that `ferrohsm encrypt` writes and `ferrohsm decrypt` opens. It starts with
 *
 *     "FHSM" 01 | kind, 1 byte | version of the named key, 32 bits big-endian
 *
 * and goes on as its kind says: 1 AES-GCM, 2 KEM, 3 RSA-OAEP. Everything before the ciphertext proper is authenticated
 * with it. The name of the key is not inside: a renamed key opens what it sealed.
 */
const methods: readonly SealingMethod[] = Object.freeze([aesGcm, kem, rsaOaep]);

/**
 * The method for a named key.
 *
 * @throws CliError 3 when its algorithm encrypts nothing here
 */
export function sealingMethod(algorithm: string): SealingMethod {
  const method = methods.find(({ algorithms }) => algorithms.test(algorithm));
  if (method !== undefined) return method;
  throw new CliError(3, `a key of ${algorithm} does not encrypt files`, 'use one of AES-GCM, ML-KEM-768 or RSA-OAEP');
}

/** Encrypts to one version of a named key; the result is the whole envelope. */
export function seal(
  subtle: Subtle,
  { method, keyVersion, keys }: { method: SealingMethod; keyVersion: number; keys: VersionKeys },
  plaintext: BufferSource,
): Promise<Uint8Array> {
  return method.seal(subtle, keys, encodePrefix({ kind: method.kind, keyVersion }), plaintext);
}

/**
 * Decrypts an envelope with the version of the key that it names.
 *
 * @param versionOf gives the keys of a version and the algorithm that they are of
 * @throws CliError 65 when the envelope is not for such a key
 */
export async function open(
  subtle: Subtle,
  bytes: Buffer<ArrayBuffer>,
  versionOf: (keyVersion: number) => Promise<{ algorithm: string; keys: VersionKeys }>,
): Promise<Uint8Array> {
  const envelope = new EnvelopeReader(bytes);
  const { algorithm, keys } = await versionOf(envelope.keyVersion);
  const method = sealingMethod(algorithm);
  if (method.kind !== envelope.kind) {
    throw new CliError(
      65,
      `the envelope is of kind ${envelope.kind}, not for a key of ${algorithm}`,
      'use the key that encrypted it',
    );
  }
  return method.open(subtle, keys, envelope);
}
