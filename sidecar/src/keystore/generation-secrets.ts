import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { SidecarError } from '../errors.ts';
import { syncFolder, writeNewFile } from '../files/durable-file.ts';
import { eraseFile } from '../files/erase-file.ts';
import { ensurePrivateFolder, readPrivateFile } from '../files/private-file.ts';
import { Secret } from '../secret.ts';
import { corruption } from './corruption.ts';

const sizeBytes = 32;
const what = 'generation secret';
const finalName = /^generation-([1-9]\d{0,14})\.secret$/;
const provisionalName = /^generation-([1-9]\d{0,14})\.secret\.new$/;

/** Where the secrets of the KEK generations lie. */
export type GenerationVault = Pick<GenerationSecrets, keyof GenerationSecrets>;

/**
 * The secrets of the KEK generations: one file each, in a folder that no backup of the database copies. A secret is born
 * under a provisional name; the final name means that a durable state of the store needed it.
 */
export class GenerationSecrets {
  readonly #folder: string;

  /** @param folder 0700, created when missing */
  constructor(folder: string) {
    ensurePrivateFolder(folder, 'folder of the generation secrets');
    this.#folder = folder;
  }

  /**
   * Makes the secret of a generation that no state needs yet; a provisional one is made anew.
   *
   * @throws SidecarError `keystore_unavailable` where it cannot be written: nothing has changed, it can be tried again
   */
  create(generation: number): Secret {
    if (existsSync(this.#finalPath(generation))) throw corruption(`key generation ${generation} has been before`);
    const secret = Secret.take(randomBytes(sizeBytes));
    try {
      eraseFile(this.#provisionalPath(generation));
      writeNewFile(this.#provisionalPath(generation), secret.bytes, what);
      syncFolder(this.#folder);
      return secret;
    } catch (cause) {
      secret.dispose();
      throw new SidecarError('keystore_unavailable', `the ${what} could not be written`, { cause });
    }
  }

  /** Gives the secret its final name; called once the state that needs it is durable. */
  confirm(generation: number): void {
    if (!this.isProvisional(generation)) return;
    renameSync(this.#provisionalPath(generation), this.#finalPath(generation));
    syncFolder(this.#folder);
  }

  isProvisional(generation: number): boolean {
    return existsSync(this.#provisionalPath(generation)) && !existsSync(this.#finalPath(generation));
  }

  /** Reads the secret of a generation that a state needs. */
  read(generation: number): Secret {
    const path = this.isProvisional(generation) ? this.#provisionalPath(generation) : this.#finalPath(generation);
    const secret = readPrivateFile(path, what, sizeBytes);
    if (secret === undefined) throw corruption(`the secret of key generation ${generation} is missing`);
    if (secret.length !== sizeBytes) throw new SidecarError('config_invalid', `${what} has ${secret.length} bytes`);
    return secret;
  }

  /** Generations whose secrets have their final names, in no order. */
  confirmed(): number[] {
    return this.#generations(finalName);
  }

  /** Erases secrets that were made for a state that never came to be. */
  eraseProvisional(): void {
    for (const generation of this.#generations(provisionalName)) eraseFile(this.#provisionalPath(generation));
    syncFolder(this.#folder);
  }

  /** Erases the secret of a generation that is over. What the medium keeps of overwritten files is not known. */
  erase(generation: number): void {
    eraseFile(this.#finalPath(generation));
    syncFolder(this.#folder);
  }

  #generations(pattern: RegExp): number[] {
    const matches = readdirSync(this.#folder).map((name) => pattern.exec(name)?.[1]);
    return matches.filter((match) => match !== undefined).map(Number);
  }

  #finalPath(generation: number): string {
    return join(this.#folder, `generation-${generation}.secret`);
  }

  #provisionalPath(generation: number): string {
    return `${this.#finalPath(generation)}.new`;
  }
}
