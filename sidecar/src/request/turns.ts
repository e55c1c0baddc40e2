/** Requests that begin in one turn of the event loop: with the cheap operations they take less than a millisecond. */
const requestsPerTurn = 16;

/**
 * Lets the requests of all connections begin a few at a time, in the order in which they came. All that arrived in one
 * read would otherwise compute to the end before the first record is written and the first answer leaves: the disk and
 * the peer would wait for the sidecar, and then the sidecar for them.
 */
export class Turns {
  #begun = 0;
  #waiting: (() => void)[] = [];

  /** Lets a request begin at once (undefined), or gives what it has to wait for. */
  take(): Promise<void> | undefined {
    if (this.#begun === requestsPerTurn) return new Promise((resolve) => this.#waiting.push(resolve));
    if (this.#begun === 0) setImmediate(() => this.#next());
    this.#begun += 1;
    return undefined;
  }

  #next(): void {
    const admitted = this.#waiting.splice(0, requestsPerTurn);
    this.#begun = admitted.length;
    if (admitted.length > 0) setImmediate(() => this.#next());
    for (const begin of admitted) begin();
  }
}
