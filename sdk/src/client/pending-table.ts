/** Of ids, which are safe integers: `place + places * turn`. */
const places = 2 ** 20;
const turns = 2 ** 32;

interface Entry<T> {
  readonly id: number;
  readonly value: T;
}

/**
 * What waits for an answer, by ids of which none comes twice before four billion others.
 *
 * A Map would do, but one that is added to and deleted from outgrows its table again and again, and each table points at
 * its successor: the first that reaches the old space keeps all later ones, with the promises of calls long answered,
 * from being collected while they are young.
 */
export class PendingTable<T> {
  #entries: (Entry<T> | undefined)[] = [];
  #freePlaces: number[] = [];
  #turn = 0;

  /** @returns the id */
  add(value: T): number {
    const place = this.#freePlaces.pop() ?? this.#entries.length;
    this.#turn = (this.#turn + 1) % turns;
    const id = place + places * this.#turn;
    this.#entries[place] = { id, value };
    return id;
  }

  /** Takes out the entry of an id; undefined when there is none. */
  take(id: unknown): T | undefined {
    const place = Number(id) % places;
    const entry = this.#entries[place];
    if (entry === undefined || entry.id !== id) return undefined;
    this.#entries[place] = undefined;
    this.#freePlaces.push(place);
    return entry.value;
  }

  /** Takes out all entries. */
  takeAll(): T[] {
    const entries = this.#entries.filter((entry) => entry !== undefined);
    this.#entries = [];
    this.#freePlaces = [];
    return entries.map(({ value }) => value);
  }
}
