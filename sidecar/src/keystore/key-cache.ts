/** A bounded cache that forgets what was used least recently. */
export class KeyCache<K> {
  readonly #capacity: number;
  /** A Map iterates in order of insertion, so the first entry is the one used least recently. */
  readonly #entries = new Map<string, K>();
  /** What was used last needs not be moved to the end. */
  #newest: string | undefined;

  /** @param capacity entries, at least 1 */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): K | undefined {
    const value = this.#entries.get(key);
    if (value === undefined || key === this.#newest) return value;
    this.#moveToEnd(key, value);
    return value;
  }

  set(key: string, value: K): void {
    this.#moveToEnd(key, value);
    if (this.#entries.size > this.#capacity) {
      const [oldest] = this.#entries.keys();
      if (oldest !== undefined) this.#entries.delete(oldest);
    }
  }

  delete(key: string): boolean {
    return this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }

  #moveToEnd(key: string, value: K): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    this.#newest = key;
  }
}
