import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { unwritable } from '../output-file.ts';

/**
 * The lines of an output that is not complete yet, under a name of their own, so that a later process can go on with
 * them. Every method throws CliError 73.
 */
export class LineDraft implements Disposable {
  readonly #path: string;
  readonly #descriptor: number;
  #lengthBytes: number;
  #isOpen = true;

  /**
   * @param keptBytes of what is there already; the rest is cut off
   * @param mode of the file when it is made
   */
  constructor(path: string, keptBytes: number, mode: number) {
    this.#path = path;
    this.#lengthBytes = keptBytes;
    this.#descriptor = this.#attempt(() => openSync(path, keptBytes === 0 ? 'w' : 'r+', mode));
    this.#attempt(() => ftruncateSync(this.#descriptor, keptBytes));
  }

  get lengthBytes(): number {
    return this.#lengthBytes;
  }

  /** Length of a draft that is there; 0 when there is none. */
  static lengthOf(path: string): number {
    try {
      const descriptor = openSync(path, 'r');
      try {
        return fstatSync(descriptor).size;
      } finally {
        closeSync(descriptor);
      }
    } catch {
      return 0;
    }
  }

  append(line: string): void {
    const bytes = Buffer.from(`${line}\n`);
    // A full disk shortens a write without an error; the next one tells.
    for (let done = 0; done < bytes.length; ) {
      const from = done;
      done += this.#attempt(() =>
        writeSync(this.#descriptor, bytes, from, bytes.length - from, this.#lengthBytes + from),
      );
    }
    this.#lengthBytes += bytes.length;
  }

  /** Everything so far is on stable storage. */
  sync(): void {
    this.#attempt(() => fdatasyncSync(this.#descriptor));
  }

  /** Gives it the name of the output. */
  finish(output: string, force: boolean): void {
    this.sync();
    this.#attempt(() => {
      // Unlike rename, link never replaces a file that appeared meanwhile.
      if (force) renameSync(this.#path, output);
      else linkSync(this.#path, output);
      rmSync(this.#path, { force: true });
    });
  }

  [Symbol.dispose](): void {
    if (this.#isOpen) closeSync(this.#descriptor);
    this.#isOpen = false;
  }

  #attempt<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      throw unwritable(this.#path, error);
    }
  }
}
