import { randomBytes, timingSafeEqual } from 'node:crypto';
import { closeSync } from 'node:fs';
import { SidecarError } from '../errors.ts';
import { createPrivateFile, readDescriptor, readPrivateFile } from '../files/private-file.ts';
import { Secret } from '../secret.ts';
import {
  type Argon2Cost,
  encodeParameters,
  type PassphraseParameters,
  readParameters,
} from './passphrase-parameters.ts';
import { type ObtainedRootKey, type RootKeyProvider, rootKeyBytes } from './provider.ts';

/** The cryptography that a passphrase needs; `crypto/sealing.ts` has it. */
export interface PassphraseDerivation {
  /** 32 bytes by Argon2id (RFC 9106). */
  argon2id(passphrase: Secret, salt: Uint8Array, cost: Argon2Cost): Secret;
  derive(key: Secret, salt: Uint8Array, info: string, lengthBytes: number): Secret;
}

export interface PassphraseOptions {
  /** Where the passphrase comes from: an open descriptor, read to its end and closed, or a private file. */
  readonly source: { readonly descriptor: number } | { readonly path: string };
  /** Public JSON file with Argon2id parameters, salt and key check value. */
  readonly parametersPath: string;
  readonly derivation: PassphraseDerivation;
  /** Whether a keystore exists; then its parameters are never made anew. */
  readonly storeExists: () => boolean;
  /** Cost of new parameters; those of a parameters file stay. */
  readonly cost?: Argon2Cost;
}

/** About 1.4 s on the machine of 2026 that it was measured on. */
const defaultCost: Argon2Cost = Object.freeze({ memoryKib: 256 * 1024, passes: 3, parallelism: 2 });
const longestBytes = 1024;
const shortestBytes = 12;
const newline = 0x0a;
const carriageReturn = 0x0d;

/**
 * The root key from a passphrase. One line end at the end of the passphrase is dropped; all other bytes count, in no
 * Unicode normalization.
 *
 * @example createPassphraseProvider({ source: { descriptor: 3 }, parametersPath, derivation, storeExists });
 */
export function createPassphraseProvider(options: PassphraseOptions): RootKeyProvider {
  return {
    async obtain() {
      using passphrase = readPassphrase(options.source);
      const known = readParameters(options.parametersPath);
      return known === undefined ? makeKey(options, passphrase) : deriveKey(options, passphrase, known);
    },
  };
}

function deriveKey(
  { derivation }: PassphraseOptions,
  passphrase: Secret,
  { cost, salt, check }: PassphraseParameters,
): ObtainedRootKey {
  const derived = derivePair(derivation, passphrase, salt, cost);
  using found = derived.check;
  if (found.length !== check.length || !timingSafeEqual(found.bytes, check)) {
    derived.rootKey.dispose();
    throw new SidecarError('config_invalid', 'the passphrase is wrong');
  }
  return { rootKey: derived.rootKey, created: false };
}

function makeKey(options: PassphraseOptions, passphrase: Secret): ObtainedRootKey {
  if (options.storeExists()) {
    throw new SidecarError('config_invalid', 'passphrase parameters are missing, but the keystore exists');
  }
  if (passphrase.length < shortestBytes) {
    throw new SidecarError('config_invalid', `a new passphrase needs at least ${shortestBytes} bytes`);
  }
  const cost = options.cost ?? defaultCost;
  const salt = randomBytes(16);
  const derived = derivePair(options.derivation, passphrase, salt, cost);
  using check = derived.check;
  try {
    const parameters = encodeParameters({ cost, salt, check: check.bytes });
    createPrivateFile(options.parametersPath, parameters, 'passphrase parameters file');
  } catch (error) {
    derived.rootKey.dispose();
    throw error;
  }
  const notice = `created the passphrase parameters ${options.parametersPath}: copy them to a safe place now, without them and the passphrase every key is lost`;
  return { rootKey: derived.rootKey, created: true, notice };
}

/** The check value is derived beside the root key, so it tells nothing of it but whether the passphrase is right. */
function derivePair(
  derivation: PassphraseDerivation,
  passphrase: Secret,
  salt: Uint8Array,
  cost: Argon2Cost,
): { rootKey: Secret; check: Secret } {
  using stretched = derivation.argon2id(passphrase, salt, cost);
  return {
    rootKey: derivation.derive(stretched, salt, 'ferrohsm/passphrase/root-key/v1', rootKeyBytes),
    check: derivation.derive(stretched, salt, 'ferrohsm/passphrase/check/v1', 16),
  };
}

function readPassphrase(source: PassphraseOptions['source']): Secret {
  using raw = 'path' in source ? readPassphraseFile(source.path) : readPassphraseDescriptor(source.descriptor);
  const passphrase = Secret.copy(withoutLineEnd(raw.bytes));
  if (passphrase.length === 0) throw new SidecarError('config_invalid', 'the passphrase is empty');
  return passphrase;
}

function readPassphraseFile(path: string): Secret {
  const passphrase = readPrivateFile(path, 'passphrase file', longestBytes);
  if (passphrase === undefined) throw new SidecarError('config_invalid', 'passphrase file is missing');
  return passphrase;
}

function readPassphraseDescriptor(descriptor: number): Secret {
  try {
    return readDescriptor(descriptor, 'passphrase', longestBytes);
  } catch (error) {
    if (error instanceof SidecarError) throw error;
    throw new SidecarError('config_invalid', `no passphrase can be read from descriptor ${descriptor}`, {
      cause: error,
    });
  } finally {
    closeQuietly(descriptor);
  }
}

function closeQuietly(descriptor: number): void {
  try {
    closeSync(descriptor);
  } catch {
    // It was never open: the reading has said so.
  }
}

function withoutLineEnd(bytes: Buffer): Buffer {
  if (bytes.at(-1) !== newline) return bytes;
  return bytes.subarray(0, bytes.at(-2) === carriageReturn ? -2 : -1);
}
