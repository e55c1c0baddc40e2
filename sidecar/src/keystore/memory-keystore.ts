import { randomBytes } from 'node:crypto';
import { Secret } from '../secret.ts';
import type { Keystore } from './contract.ts';
import { corruption } from './corruption.ts';
import type { GenerationVault } from './generation-secrets.ts';
import { openStore, type StoreOptions } from './open-store.ts';
import { MemoryStorage } from './storage/memory-storage.ts';
import type { RowStorage } from './storage/row-storage.ts';

/** What a store in memory lies in; it outlives the keystore that is opened on it, as a disk would. */
export class MemoryMedium {
  readonly storage: RowStorage;
  readonly secrets: GenerationVault = new MemorySecrets();

  constructor(storage: RowStorage = new MemoryStorage()) {
    this.storage = storage;
  }
}

/**
 * Opens the keystore in a medium, making one when there is none.
 *
 * @throws SidecarError `config_invalid` for the wrong root key
 * @example const keystore = await openMemoryKeystore(new MemoryMedium(), { rootKeys: [rootKey], sealing });
 */
export async function openMemoryKeystore(medium: MemoryMedium, options: StoreOptions): Promise<Keystore> {
  return openStore(medium.storage, medium.secrets, options);
}

interface HeldSecret {
  readonly secret: Secret;
  readonly isFinal: boolean;
}

/** Secrets of KEK generations in memory, wiped when they are erased. */
class MemorySecrets implements GenerationVault {
  readonly #held = new Map<number, HeldSecret>();

  create(generation: number): Secret {
    if (this.#held.get(generation)?.isFinal === true) throw corruption(`key generation ${generation} has been before`);
    this.erase(generation);
    const secret = Secret.take(randomBytes(32));
    this.#held.set(generation, { secret, isFinal: false });
    return Secret.copy(secret.bytes);
  }

  confirm(generation: number): void {
    const held = this.#held.get(generation);
    if (held !== undefined) this.#held.set(generation, { ...held, isFinal: true });
  }

  isProvisional(generation: number): boolean {
    return this.#held.get(generation)?.isFinal === false;
  }

  read(generation: number): Secret {
    const held = this.#held.get(generation);
    if (held === undefined) throw corruption(`the secret of key generation ${generation} is missing`);
    return Secret.copy(held.secret.bytes);
  }

  confirmed(): number[] {
    return [...this.#held].filter(([, { isFinal }]) => isFinal).map(([generation]) => generation);
  }

  eraseProvisional(): void {
    for (const [generation, { isFinal }] of this.#held) if (!isFinal) this.erase(generation);
  }

  erase(generation: number): void {
    this.#held.get(generation)?.secret.dispose();
    this.#held.delete(generation);
  }
}
