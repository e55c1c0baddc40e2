import { access, constants, statfs } from 'node:fs/promises';

/** Less than that is soon used up: a segment of the journal takes 4 MiB, and the keystore writes beside it. */
const leastFreeBytes = 16 << 20;

/** The disk of the state folder. */
export class StateDisk {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Bytes that this user may still write; undefined where the system does not tell. */
  async freeBytes(): Promise<number | undefined> {
    try {
      const { bavail, bsize } = await statfs(this.#folder);
      return bavail * bsize;
    } catch {
      return undefined;
    }
  }

  /** Why nothing can be written, or soon not any more. */
  async reasons(): Promise<('disk_unwritable' | 'disk_full')[]> {
    try {
      await access(this.#folder, constants.W_OK);
    } catch {
      return ['disk_unwritable'];
    }
    return ((await this.freeBytes()) ?? Number.POSITIVE_INFINITY) < leastFreeBytes ? ['disk_full'] : [];
  }
}
