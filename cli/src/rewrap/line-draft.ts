import {
  closeSync,
  fchmodSync,
  fchownSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  type Stats,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { CliError } from '../errors.ts';
import { unwritable } from '../output-file.ts';
import { syncFolder } from '../witness/checkpoint-file.ts';
import { openOwnFile, removeOwnFile } from './own-file.ts';

/**
 * The lines of an output that is not complete yet, under a name of their own, so that a later process can go on with
 * them. Every method throws CliError 73.
 */
export class LineDraft implements Disposable {
  readonly #path: string;
  readonly #descriptor: number;
  #lengthBytes: number;
  #isOpen = true;

  private constructor(path: string, descriptor: number, lengthBytes: number) {
    this.#path = path;
    this.#descriptor = descriptor;
    this.#lengthBytes = lengthBytes;
  }

  /** Begins with an empty one. Nothing is written through a link that somebody has laid there. */
  static begin(path: string, mode: number): LineDraft {
    return attempt(path, () => {
      removeOwnFile(path);
      return new LineDraft(path, openSync(path, 'wx', mode), 0);
    });
  }

  /**
   * Goes on with one that an earlier run has left.
   *
   * @param keptBytes of it; the rest is cut off
   * @returns undefined when there is none that holds so much
   */
  static resume(path: string, keptBytes: number): LineDraft | undefined {
    return attempt(path, () => {
      const left = openOwnFile(path);
      if (left === undefined) return undefined;
      const draft = new LineDraft(path, left.descriptor, keptBytes);
      if (left.lengthBytes >= keptBytes) {
        ftruncateSync(left.descriptor, keptBytes);
        return draft;
      }
      draft[Symbol.dispose]();
      return undefined;
    });
  }

  get lengthBytes(): number {
    return this.#lengthBytes;
  }

  append(bytes: Uint8Array): void {
    // A full disk shortens a write without an error; the next one tells.
    for (let done = 0; done < bytes.length; ) {
      const from = done;
      done += attempt(this.#path, () =>
        writeSync(this.#descriptor, bytes, from, bytes.length - from, this.#lengthBytes + from),
      );
    }
    this.#lengthBytes += bytes.length;
  }

  /** Everything so far is on stable storage. */
  sync(): void {
    attempt(this.#path, () => fdatasyncSync(this.#descriptor));
  }

  /**
   * Gives it the name of the output; once this has resolved, no crash takes that away again.
   *
   * @param force replace what has that name
   * @param replaced what had it when the job began: its owner and mode stay
   */
  async finish(output: string, force: boolean, replaced: Stats | undefined): Promise<void> {
    attempt(output, () => {
      if (replaced !== undefined) this.#takeOwner(replaced);
      // Unlike rename, link never replaces a file that appeared meanwhile.
      if (force) renameSync(this.#path, output);
      else linkSync(this.#path, output);
    });
    attempt(output, () => fsyncSync(this.#descriptor));
    await syncFolder(dirname(output)).catch((error: unknown) => {
      throw unwritable(output, error);
    });
    attempt(this.#path, () => rmSync(this.#path, { force: true }));
  }

  [Symbol.dispose](): void {
    if (this.#isOpen) closeSync(this.#descriptor);
    this.#isOpen = false;
  }

  /** The mode comes last: a change of the owner takes bits away. */
  #takeOwner({ uid, gid, mode }: Stats): void {
    const own = fstatSync(this.#descriptor);
    if (own.uid !== uid || own.gid !== gid) fchownSync(this.#descriptor, uid, gid);
    fchmodSync(this.#descriptor, mode & 0o7777);
  }
}

function attempt<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw error instanceof CliError ? error : unwritable(path, error);
  }
}
