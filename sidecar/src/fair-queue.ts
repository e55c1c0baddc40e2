interface Line<T> {
  readonly owner: unknown;
  readonly waiting: { readonly item: T; readonly cost: number }[];
  /** Of all that waits in it. */
  cost: number;
}

/**
 * What waits: first come first served for each owner, and the owners take turns. Whoever brings a thousand things at
 * once delays those of another owner by a few.
 */
export class FairQueue<T> {
  readonly #capacity: number;
  /** By owner; the first one is next. */
  readonly #lines = new Map<unknown, Line<T>>();
  #cost = 0;
  #size = 0;

  /** @param capacity cost of all that may wait; an owner with less than an equal share of it is let in beyond that */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#size;
  }

  /** False when it is full for this owner: nothing was added. */
  add(owner: unknown, item: T, cost = 1): boolean {
    const line = this.#lines.get(owner) ?? { owner, waiting: [], cost: 0 };
    const isNew = line.waiting.length === 0;
    const share = this.#capacity / (this.#lines.size + (isNew ? 1 : 0));
    if (this.#cost + cost > this.#capacity && line.cost + cost > share) return false;
    if (isNew) this.#lines.set(owner, line);
    line.waiting.push({ item, cost });
    line.cost += cost;
    this.#cost += cost;
    this.#size += 1;
    return true;
  }

  /** The next of the owner whose turn it is; undefined when nothing waits. */
  take(): T | undefined {
    const line = this.#lines.values().next().value;
    const first = line?.waiting.shift();
    if (line === undefined || first === undefined) return undefined;
    line.cost -= first.cost;
    this.#cost -= first.cost;
    this.#size -= 1;
    this.#moveBack(line);
    return first.item;
  }

  /** Behind the others, or away when nothing of it waits any more. */
  #moveBack(line: Line<T>): void {
    const isEmpty = line.waiting.length === 0;
    if (!isEmpty && this.#lines.size === 1) return;
    this.#lines.delete(line.owner);
    if (!isEmpty) this.#lines.set(line.owner, line);
  }
}
