/** What a bounded map may drop when it is full. */
export interface Droppable {
  /** Something is under way that the entry must remember. */
  readonly isBusy: boolean;
}

interface Entry<Value> {
  readonly value: Value;
  /** Used since the hand passed it. */
  isRecent: boolean;
}

/**
 * A map of at most so many entries; a full one drops an entry that was not used lately (second chance, as in page
 * replacement, so that a look-up moves nothing).
 */
export class RecentMap<Value extends Droppable> {
  readonly #size: number;
  readonly #entries = new Map<string, Entry<Value>>();

  constructor(size: number) {
    this.#size = size;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    entry.isRecent = true;
    return entry.value;
  }

  /** Adds an entry that is not there. */
  add(key: string, value: Value): Value {
    if (this.#entries.size >= this.#size) this.#drop();
    this.#entries.set(key, { value, isRecent: false });
    return value;
  }

  /** Each entry is passed at most twice; where all are busy, the map grows by what is under way. */
  #drop(): void {
    let passes = 2 * this.#entries.size;
    for (const [key, entry] of this.#entries) {
      if (passes === 0) return;
      passes -= 1;
      this.#entries.delete(key);
      if (!entry.isRecent && !entry.value.isBusy) return;
      entry.isRecent = false;
      // Behind the last: the iteration comes to it again.
      this.#entries.set(key, entry);
    }
  }
}
