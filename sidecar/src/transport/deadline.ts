/**
 * One time limit that is set and cleared for every message but costs a timer only now and then: a timer that fires
 * early looks at the due time and waits for the rest.
 */
export class Deadline {
  readonly #onExpire: () => void;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #dueAt = Number.POSITIVE_INFINITY;

  constructor(onExpire: () => void) {
    this.#onExpire = onExpire;
  }

  get isSet(): boolean {
    return this.#dueAt !== Number.POSITIVE_INFINITY;
  }

  set(durationMs: number): void {
    this.#dueAt = performance.now() + durationMs;
    if (this.#dueAt < this.#timerAt) this.#arm(durationMs);
  }

  clear(): void {
    this.#dueAt = Number.POSITIVE_INFINITY;
  }

  /** Clears and frees the timer. */
  dispose(): void {
    this.clear();
    clearTimeout(this.#timer);
  }

  #arm(durationMs: number): void {
    clearTimeout(this.#timer);
    this.#timerAt = performance.now() + durationMs;
    this.#timer = setTimeout(() => this.#fire(), Math.ceil(durationMs)).unref();
  }

  #fire(): void {
    this.#timerAt = Number.POSITIVE_INFINITY;
    if (!this.isSet) return;
    const restMs = this.#dueAt - performance.now();
    if (restMs > 0) {
      this.#arm(restMs);
      return;
    }
    this.clear();
    this.#onExpire();
  }
}
