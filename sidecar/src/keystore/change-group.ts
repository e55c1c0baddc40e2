import type { ReadRows } from './proven-rows.ts';
import { RowChange } from './row-change.ts';

/** A commit takes some milliseconds, in which nothing else is answered. */
const mostChanges = 128;

/** Changes that arrive in one turn of the event loop and share one commit. */
export class ChangeGroup {
  readonly change: RowChange;
  readonly #written = Promise.withResolvers<void>();
  #size = 0;

  constructor(below: ReadRows) {
    this.change = new RowChange(below);
    // Each member hears of a failure; a group without members has nobody to tell.
    this.#written.promise.catch(() => undefined);
  }

  /** Changes in it. */
  get size(): number {
    return this.#size;
  }

  get isFull(): boolean {
    return this.#size >= mostChanges;
  }

  /** Settles as its commit does. */
  get written(): Promise<void> {
    return this.#written.promise;
  }

  /** Runs a change that sees those before it. What it throws leaves the group as it was. */
  add<T>(work: (changes: RowChange) => T): T {
    const change = new RowChange(this.change);
    const result = work(change);
    if (!change.isEmpty) this.#size++;
    this.change.absorb(change);
    return result;
  }

  /** Commits by that function and tells the members. */
  commit(write: (change: RowChange, size: number) => void): void {
    try {
      if (this.#size > 0) write(this.change, this.#size);
      this.#written.resolve();
    } catch (error) {
      this.#written.reject(error);
    }
  }
}
