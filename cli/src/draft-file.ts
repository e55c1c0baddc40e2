import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, lstatSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { refuseToReplace, unwritable } from './output-file.ts';

/**
 * A file that is written in pieces, mode 0600, under a temporary name, and appears under its own only when it is whole.
 * Pipes and devices are written to directly. Every method throws CliError 73.
 */
export class DraftFile {
  readonly #path: string;
  readonly #force: boolean;
  /** Undefined for pipes and devices. */
  readonly #draft: string | undefined;
  readonly #descriptor: number;

  /** Refuses to replace a file that is there, unless forced. */
  constructor(path: string, force: boolean) {
    refuseToReplace(path, { force });
    this.#path = path;
    this.#force = force;
    this.#draft = isSpecial(path) ? undefined : `${path}.${randomBytes(6).toString('hex')}.new`;
    this.#descriptor = this.#attempt(() =>
      this.#draft === undefined ? openSync(path, 'w') : openSync(this.#draft, 'wx', 0o600),
    );
  }

  write(bytes: Uint8Array): void {
    this.#attempt(() => {
      // A full disk shortens a write without an error; the next one tells.
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#descriptor, bytes, done);
    });
  }

  /** Gives the file its name. */
  finish(): void {
    this.#attempt(() => {
      const draft = this.#draft;
      if (draft !== undefined) fsyncSync(this.#descriptor);
      closeSync(this.#descriptor);
      if (draft === undefined) return;
      // Unlike rename, link never replaces a file that appeared meanwhile.
      if (this.#force) renameSync(draft, this.#path);
      else linkSync(draft, this.#path);
      rmSync(draft, { force: true });
    });
  }

  /** Leaves nothing behind of a file that did not become whole. */
  discard(): void {
    if (this.#draft !== undefined) rmSync(this.#draft, { force: true });
  }

  #attempt<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      throw unwritable(this.#path, error);
    }
  }
}

function isSpecial(path: string): boolean {
  const present = lstatSync(path, { throwIfNoEntry: false });
  return present !== undefined && !present.isFile() && !present.isSymbolicLink();
}
