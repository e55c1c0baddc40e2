/** Served entries that the queue may hold before they are cut off: `shift` on a long array would move it each time. */
const servedAtMost = 1024;

/** Lets a bounded number of calls run at once; the others wait in their order. */
export class Slots {
  readonly #size: number;
  readonly #queue: (() => void)[] = [];
  /** Entries at the head of the queue that have had their turn. */
  #served = 0;
  #taken = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /** Calls that run or wait. */
  get calls(): number {
    return this.#taken + this.#queue.length - this.#served;
  }

  /** Takes a slot at once (undefined), or gives what to wait for. */
  take(): Promise<void> | undefined {
    if (this.#taken < this.#size) {
      this.#taken += 1;
      return undefined;
    }
    return new Promise((resolve) => {
      this.#queue.push(resolve);
    });
  }

  /** Gives a slot back: to the first who waits, so that a newcomer cannot overtake. */
  release(): void {
    const next = this.#queue[this.#served];
    if (next === undefined) {
      this.#taken -= 1;
      return;
    }
    this.#served += 1;
    if (this.#served > servedAtMost && 2 * this.#served > this.#queue.length) {
      this.#queue.splice(0, this.#served);
      this.#served = 0;
    }
    next();
  }
}
