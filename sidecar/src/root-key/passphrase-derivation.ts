import { randomBytes, timingSafeEqual } from 'node:crypto';
import { SidecarError } from '../errors.ts';
import type { Secret } from '../secret.ts';
import type { Argon2Cost, PassphraseParameters } from './passphrase-parameters.ts';
import { rootKeyBytes } from './provider.ts';

/** The cryptography that a passphrase needs; `crypto/sealing.ts` has it. */
export interface PassphraseDerivation {
  /** 32 bytes by Argon2id (RFC 9106), beside whatever else goes on. */
  argon2idAside(passphrase: Secret, salt: Uint8Array, cost: Argon2Cost): Promise<Secret>;
  derive(key: Secret, salt: Uint8Array, info: string, lengthBytes: number): Secret;
}

const shortestBytes = 12;

/** @returns undefined for the wrong passphrase */
export async function rootKeyFrom(
  passphrase: Secret,
  { cost, salt, check }: PassphraseParameters,
  derivation: PassphraseDerivation,
): Promise<Secret | undefined> {
  const derived = await derivePair(derivation, passphrase, salt, cost);
  using found = derived.check;
  if (found.length === check.length && timingSafeEqual(found.bytes, check)) return derived.rootKey;
  derived.rootKey.dispose();
  return undefined;
}

/**
 * A root key of a passphrase that is used for the first time.
 *
 * @throws SidecarError `config_invalid` for a short one
 */
export async function newRootKey(
  passphrase: Secret,
  cost: Argon2Cost,
  derivation: PassphraseDerivation,
): Promise<{ readonly rootKey: Secret; readonly parameters: PassphraseParameters }> {
  if (passphrase.length < shortestBytes) {
    throw new SidecarError('config_invalid', `a new passphrase needs at least ${shortestBytes} bytes`);
  }
  const salt = randomBytes(16);
  const { rootKey, check: secretCheck } = await derivePair(derivation, passphrase, salt, cost);
  using check = secretCheck;
  return { rootKey, parameters: { cost, salt, check: Buffer.from(check.bytes) } };
}

/** The check value is derived beside the root key, so it tells nothing of it but whether the passphrase is right. */
async function derivePair(
  derivation: PassphraseDerivation,
  passphrase: Secret,
  salt: Uint8Array,
  cost: Argon2Cost,
): Promise<{ rootKey: Secret; check: Secret }> {
  using stretched = await derivation.argon2idAside(passphrase, salt, cost);
  return {
    rootKey: derivation.derive(stretched, salt, 'ferrohsm/passphrase/root-key/v1', rootKeyBytes),
    check: derivation.derive(stretched, salt, 'ferrohsm/passphrase/check/v1', 16),
  };
}
