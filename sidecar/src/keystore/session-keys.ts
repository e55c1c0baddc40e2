import { randomBytes } from 'node:crypto';
import { SidecarError } from '../errors.ts';

/** The session keys of one connection: in memory only, gone with it. */
export class SessionKeys<K> {
  readonly #limit: number;
  readonly #keys = new Map<string, K>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#keys.size;
  }

  /**
   * Holds the key and answers its handle: `ses_` and 128 random bits in base64url.
   *
   * @throws SidecarError `quota_exceeded` over the limit
   */
  add(key: K): string {
    if (this.#keys.size >= this.#limit) throw new SidecarError('quota_exceeded', `${this.#limit} session keys held`);
    const handle = `ses_${randomBytes(16).toString('base64url')}`;
    this.#keys.set(handle, key);
    return handle;
  }

  get(handle: string): K | undefined {
    return this.#keys.get(handle);
  }

  /** Forgets keys and answers how many of the handles there were. */
  release(handles: Iterable<string>): number {
    let released = 0;
    for (const handle of handles) if (this.#keys.delete(handle)) released++;
    return released;
  }

  clear(): void {
    this.#keys.clear();
  }
}
