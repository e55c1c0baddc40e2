import { randomInt } from 'node:crypto';
import type { CkUlong } from '../codec/ulong.ts';

/**
 * Handles of objects, of one application alone: an object keeps its handle for as long as the connection lives. They begin
 * anywhere, so that one of another connection is hardly one here.
 */
export class Handles {
  readonly #byIdentity = new Map<string, number>();
  readonly #byHandle = new Map<CkUlong, string>();
  #next = randomInt(1, 2 ** 40);

  of(identity: string): number {
    const known = this.#byIdentity.get(identity);
    if (known !== undefined) return known;
    const handle = this.#next;
    this.#next += 1;
    this.#byIdentity.set(identity, handle);
    this.#byHandle.set(handle, identity);
    return handle;
  }

  identity(handle: CkUlong): string | undefined {
    return this.#byHandle.get(handle);
  }

  forget(identity: string): void {
    const handle = this.#byIdentity.get(identity);
    this.#byIdentity.delete(identity);
    if (handle !== undefined) this.#byHandle.delete(handle);
  }
}
