import { FairQueue } from '../fair-queue.ts';

/** Requests that begin in one turn of the event loop: with the cheap operations they take less than a millisecond. */
const requestsPerTurn = 16;
/** Requests of all connections that may wait for their turn: about a second of cheap operations. */
const requestsWaiting = 8192;

/**
 * Lets the requests of all connections begin a few at a time: connections take turns, and each keeps its order. All that
 * arrived in one read would otherwise compute to the end before the first record is written and the first answer leaves:
 * the disk and the peer would wait for the sidecar, and then the sidecar for them.
 */
export class Turns {
  #begun = 0;
  readonly #waiting: FairQueue<() => void>;

  constructor(capacity = requestsWaiting) {
    this.#waiting = new FairQueue(capacity);
  }

  /** Lets a request begin at once (undefined), gives what it has to wait for, or says that too many wait. */
  take(asker: object): Promise<void> | 'full' | undefined {
    if (this.#begun === requestsPerTurn) return this.#wait(asker);
    if (this.#begun === 0) setImmediate(() => this.#next());
    this.#begun += 1;
    return undefined;
  }

  #wait(asker: object): Promise<void> | 'full' {
    const { promise, resolve } = Promise.withResolvers<void>();
    return this.#waiting.add(asker, resolve) ? promise : 'full';
  }

  #next(): void {
    this.#begun = 0;
    if (this.#waiting.size > 0) setImmediate(() => this.#next());
    while (this.#begun < requestsPerTurn) {
      const begin = this.#waiting.take();
      if (begin === undefined) return;
      this.#begun += 1;
      begin();
    }
  }
}
