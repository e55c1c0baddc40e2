import { randomBytes } from 'node:crypto';
import { Secret } from '../secret.ts';
import { type Canonical, canonicalBytes } from './canonical-json.ts';
import { corruption } from './corruption.ts';
import { sealKek } from './kek.ts';
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

/**
 * Seals secrets under data encryption keys of their own, and those under the KEK of the present generation. During a
 * turnover it also opens what the earlier one sealed.
 */
export class Envelope {
  readonly #sealing: Sealing;
  /** By generation. */
  readonly #keks = new Map<number, Secret>();
  #generation: number;

  /** @param kek taken over, as every other */
  constructor(sealing: Sealing, kek: Secret, generation: number) {
    this.#sealing = sealing;
    this.#generation = generation;
    this.#keks.set(generation, kek);
  }

  /** Seals from now on under another generation; what the present one sealed can still be opened. */
  turnTo(kek: Secret, generation: number): void {
    this.#keks.set(generation, kek);
    this.#generation = generation;
  }

  /** Opens what an earlier generation sealed. */
  holdEarlier(kek: Secret, generation: number): void {
    this.#keks.set(generation, kek);
  }

  /** Wipes every KEK but the present one. */
  dropEarlier(): void {
    for (const [generation, kek] of this.#keks) {
      if (generation === this.#generation) continue;
      kek.dispose();
      this.#keks.delete(generation);
    }
  }

  /** The present KEK under that of the next generation. */
  sealedFor(kek: Secret, generation: number): string {
    const place = { under: generation, of: this.#generation };
    return sealKek(this.#sealing, kek, this.#kekOf(this.#generation), place);
  }

  /** The secret stays the caller's to dispose. */
  seal(secret: Secret, binding: Binding): SealedSecret {
    using dek = Secret.take(randomBytes(32));
    const sealed = this.#sealing.seal(dek, secret.bytes, secretData(binding)).toString('base64url');
    return { ...this.#wrapped(dek, binding), secret: sealed };
  }

  /** Binds the same secret to changed attributes, under the present generation; its fixed ones must be the same. */
  rewrap(sealed: SealedSecret, from: Binding, to: Binding): SealedSecret {
    using dek = this.#openDek(sealed, from);
    return { ...sealed, ...this.#wrapped(dek, to) };
  }

  /** @throws SidecarError `keystore_corrupt` when the secret does not belong to the binding */
  open(sealed: SealedSecret, binding: Binding): Secret {
    using dek = this.#openDek(sealed, binding);
    return this.#opened(dek, sealed.secret, secretData(binding));
  }

  close(): void {
    for (const kek of this.#keks.values()) kek.dispose();
    this.#keks.clear();
  }

  #wrapped(dek: Secret, binding: Binding): Pick<SealedSecret, 'generation' | 'dek'> {
    const generation = this.#generation;
    const sealed = this.#sealing.seal(this.#kekOf(generation), dek.bytes, wrapData(generation, binding));
    return { generation, dek: sealed.toString('base64url') };
  }

  #openDek({ generation, dek }: SealedSecret, binding: Binding): Secret {
    return this.#opened(this.#kekOf(generation), dek, wrapData(generation, binding));
  }

  #kekOf(generation: number): Secret {
    const kek = this.#keks.get(generation);
    if (kek === undefined) throw corruption('a secret is sealed under another key generation');
    return kek;
  }

  #opened(key: Secret, sealed: string, associatedData: Buffer): Secret {
    try {
      return this.#sealing.open(key, Buffer.from(sealed, 'base64url'), associatedData);
    } catch (cause) {
      throw corruption('a sealed secret does not open', cause);
    }
  }
}

function wrapData(generation: number, binding: Binding): Buffer {
  return canonicalBytes({ purpose: 'ferrohsm/dek/v1', generation, of: binding.full });
}

function secretData(binding: Binding): Buffer {
  return canonicalBytes({ purpose: 'ferrohsm/secret/v1', of: binding.fixed });
}
