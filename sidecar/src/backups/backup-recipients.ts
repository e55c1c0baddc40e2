import { createHash } from 'node:crypto';
import { type BackupHeader, type BackupRecipient, isCost, type PassphraseCost } from '../backup/header.ts';
import { damaged } from '../backup/refusal.ts';
import type { CryptoProvider } from '../crypto/provider.ts';
import type { Argon2Cost, Sealing } from '../crypto/sealing.ts';
import { SidecarError } from '../errors.ts';
import { Secret } from '../secret.ts';

export type BackupAlgorithm = BackupRecipient['algorithm'];

/** Whom a backup is written for. */
export interface BackupPublicKey {
  readonly algorithm: BackupAlgorithm;
  /** Raw public key. */
  readonly publicKey: Uint8Array;
  /** Where the private key is made from a passphrase: how, for whoever opens the backup. */
  readonly passphrase?: PassphraseCost;
}

/** What opens a backup. Stays its owner's to dispose. */
export type BackupOpener =
  /** Seed of the private key: 32 bytes of MLKEM768-X25519, 64 bytes of ML-KEM-768. */
  { readonly seed: Secret } | { readonly passphrase: Secret };

export interface Encapsulation {
  readonly recipient: BackupRecipient;
  readonly encapsulated: string;
  /** The caller disposes it. */
  readonly shared: Secret;
}

type Kem = Pick<CryptoProvider, 'importKey' | 'encapsulateBits' | 'decapsulateBits' | 'publicKey' | 'exportKey'>;

const seedBytes: Readonly<Record<BackupAlgorithm, number>> = Object.freeze({ 'MLKEM768-X25519': 32, 'ML-KEM-768': 64 });

/** @throws SidecarError `data_invalid` for a malformed key, `invalid_params` for a cost that nobody would pay to open it */
export async function encapsulateFor(crypto: Kem, key: BackupPublicKey): Promise<Encapsulation> {
  const { algorithm, publicKey, passphrase } = key;
  if (passphrase !== undefined && !isCost(passphrase)) throw new SidecarError('invalid_params', 'passphrase');
  const loaded = await crypto.importKey('raw-public', publicKey, { name: algorithm }, publicUse);
  const { sharedKey, ciphertext } = await crypto.encapsulateBits({ name: algorithm }, loaded);
  return {
    recipient: { algorithm, fingerprint: fingerprintOf(publicKey), ...(passphrase && { passphrase }) },
    encapsulated: Buffer.from(ciphertext).toString('base64url'),
    shared: Secret.take(sharedKey),
  };
}

/**
 * The secret that a header encapsulates; the caller disposes it.
 *
 * @throws SidecarError `data_invalid` when it is for another key, or the passphrase is wrong
 */
export async function decapsulate(
  crypto: Kem,
  sealing: Pick<Sealing, 'argon2id'>,
  { recipient, encapsulated }: BackupHeader,
  opener: BackupOpener,
): Promise<Secret> {
  const { algorithm, fingerprint, passphrase } = recipient;
  const isPassphrase = 'passphrase' in opener;
  if (isPassphrase !== (passphrase !== undefined)) {
    throw damaged(isPassphrase ? 'it is for a recipient key, not a passphrase' : 'it is for a passphrase, not a key');
  }
  using seed = isPassphrase ? stretched(sealing, opener.passphrase, passphrase) : Secret.copy(opener.seed.bytes);
  if (seed.length !== seedBytes[algorithm]) throw damaged(`its recipient key is of ${algorithm}`);
  const key = await crypto.importKey('raw-seed', seed.bytes, { name: algorithm }, privateUse);
  const publicKey = await crypto.exportKey('raw-public', await crypto.publicKey(key, []));
  if (fingerprintOf(publicKey) !== fingerprint) {
    throw damaged(isPassphrase ? 'the passphrase is wrong' : 'it is for another recipient key');
  }
  try {
    return Secret.take(await crypto.decapsulateBits({ name: algorithm }, key, Buffer.from(encapsulated, 'base64url')));
  } catch (cause) {
    throw damaged('the header was changed', cause);
  }
}

const publicUse = Object.freeze({
  extractable: true,
  usages: Object.freeze(['encapsulateBits']) as ['encapsulateBits'],
});
const privateUse = Object.freeze({
  extractable: false,
  usages: Object.freeze(['decapsulateBits']) as ['decapsulateBits'],
});

/** The seed of the MLKEM768-X25519 key that a passphrase stands for. */
function stretched(sealing: Pick<Sealing, 'argon2id'>, passphrase: Secret, cost: PassphraseCost | undefined): Secret {
  if (cost === undefined) throw damaged('it names no cost of its passphrase');
  return sealing.argon2id(passphrase, Buffer.from(cost.salt, 'base64url'), cost);
}

function fingerprintOf(publicKey: Uint8Array): string {
  return createHash('sha256').update(publicKey).digest('base64url');
}

/** Stretches a passphrase once for all files that are for it: that takes a second and 256 MiB each time. */
export class StretchedOnce implements Disposable {
  readonly #sealing: Pick<Sealing, 'argon2id'>;
  #seed: { readonly of: string; readonly secret: Secret } | undefined;

  constructor(sealing: Pick<Sealing, 'argon2id'>) {
    this.#sealing = sealing;
  }

  /** As that of the sealing, for one passphrase only. */
  argon2id(passphrase: Secret, salt: Uint8Array, cost: Argon2Cost): Secret {
    const { memoryKib, passes, parallelism } = cost;
    const of = [Buffer.from(salt).toString('base64url'), memoryKib, passes, parallelism].join();
    if (this.#seed?.of !== of) {
      this[Symbol.dispose]();
      this.#seed = { of, secret: this.#sealing.argon2id(passphrase, salt, cost) };
    }
    return Secret.copy(this.#seed.secret.bytes);
  }

  [Symbol.dispose](): void {
    this.#seed?.secret.dispose();
    this.#seed = undefined;
  }
}
