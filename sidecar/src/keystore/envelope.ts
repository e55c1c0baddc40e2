import { randomBytes } from 'node:crypto';
import { Secret } from '../secret.ts';
import { type Canonical, canonicalBytes } from './canonical-json.ts';
import { corruption } from './corruption.ts';
import type { Sealing } from './sealing.ts';

/** A sealed secret at rest: its data encryption key under the KEK, and the secret under that, both base64url. */
export interface SealedSecret {
  readonly generation: number;
  readonly dek: string;
  readonly secret: string;
}

/** What a sealed secret belongs to. A secret opens only with exactly the binding that it was sealed with. */
export interface Binding {
  /** What never changes; bound to the secret itself. */
  readonly fixed: Canonical;
  /** Every security-relevant attribute; bound to the DEK, so a change of one rewraps the DEK only. */
  readonly full: Canonical;
}

/** Seals secrets under data encryption keys of their own, and those under the KEK of one generation. */
export class Envelope {
  readonly #sealing: Sealing;
  readonly #kek: Secret;
  readonly #generation: number;

  /** The KEK is derived from both, so that erasing the generation secret makes every copy of its rows unreadable. */
  constructor(sealing: Sealing, rootKey: Secret, generationSecret: Secret, generation: number) {
    this.#sealing = sealing;
    this.#generation = generation;
    this.#kek = sealing.derive(rootKey, generationSecret.bytes, `ferrohsm/kek/v1/${generation}`, 32);
  }

  /** The secret stays the caller's to dispose. */
  seal(secret: Secret, binding: Binding): SealedSecret {
    using dek = Secret.take(randomBytes(32));
    return {
      generation: this.#generation,
      dek: this.#sealing.seal(this.#kek, dek.bytes, this.#wrapData(binding)).toString('base64url'),
      secret: this.#sealing.seal(dek, secret.bytes, secretData(binding)).toString('base64url'),
    };
  }

  /** Binds the same secret to changed attributes; its fixed ones must be the same. */
  rewrap(sealed: SealedSecret, from: Binding, to: Binding): SealedSecret {
    using dek = this.#openDek(sealed, from);
    return { ...sealed, dek: this.#sealing.seal(this.#kek, dek.bytes, this.#wrapData(to)).toString('base64url') };
  }

  /** @throws SidecarError `keystore_corrupt` when the secret does not belong to the binding */
  open(sealed: SealedSecret, binding: Binding): Secret {
    using dek = this.#openDek(sealed, binding);
    return this.#opened(dek, sealed.secret, secretData(binding));
  }

  close(): void {
    this.#kek.dispose();
  }

  #openDek(sealed: SealedSecret, binding: Binding): Secret {
    if (sealed.generation !== this.#generation) throw corruption('a secret is sealed under another key generation');
    return this.#opened(this.#kek, sealed.dek, this.#wrapData(binding));
  }

  #opened(key: Secret, sealed: string, associatedData: Buffer): Secret {
    try {
      return this.#sealing.open(key, Buffer.from(sealed, 'base64url'), associatedData);
    } catch (cause) {
      throw corruption('a sealed secret does not open', cause);
    }
  }

  #wrapData(binding: Binding): Buffer {
    return canonicalBytes({ purpose: 'ferrohsm/dek/v1', generation: this.#generation, of: binding.full });
  }
}

function secretData(binding: Binding): Buffer {
  return canonicalBytes({ purpose: 'ferrohsm/secret/v1', of: binding.fixed });
}
