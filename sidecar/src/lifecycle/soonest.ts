/**
 * The subjects whose time comes first, as many as may be held. Of all others that were told it knows one thing: their
 * time does not come before the horizon. Of several times of one subject the first counts until it is taken, so that
 * nothing that was read earlier hides what has become known since.
 */
export class Soonest {
  readonly #capacity: number;
  readonly #times = new Map<string, number>();
  #horizonMs = Number.POSITIVE_INFINITY;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Milliseconds since 1970; infinite while nobody had to go. */
  get horizonMs(): number {
    return this.#horizonMs;
  }

  tell(subject: string, timeMs: number): void {
    if (timeMs >= Math.min(this.#horizonMs, this.#times.get(subject) ?? Number.POSITIVE_INFINITY)) return;
    this.#times.set(subject, timeMs);
    // Sorted once for many: at twice the capacity.
    if (this.#times.size >= 2 * this.#capacity) this.#keepFirst();
  }

  /** Removes the subjects whose time has come. */
  take(nowMs: number): string[] {
    const due = [...this.#times].filter(([, timeMs]) => timeMs <= nowMs).map(([subject]) => subject);
    for (const subject of due) this.#times.delete(subject);
    return due;
  }

  /** All are told anew from now on; who is held stays so. */
  beginAnew(): void {
    this.#horizonMs = Number.POSITIVE_INFINITY;
  }

  #keepFirst(): void {
    const sorted = [...this.#times].sort(([, left], [, right]) => left - right);
    for (const [subject, timeMs] of sorted.slice(this.#capacity)) {
      this.#times.delete(subject);
      this.#horizonMs = Math.min(this.#horizonMs, timeMs);
    }
  }
}
