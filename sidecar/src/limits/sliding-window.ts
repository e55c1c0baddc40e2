const slotCount = 60;

/**
 * Counts what happened in the last period, however its borders lie: a fixed window would let twice as much through
 * around them. Time is kept in sixtieths of the period, so that what is older counts for up to one of them longer.
 */
export class SlidingWindow {
  readonly #slotMs: number;
  /** The newest slot and those of one whole period before it. */
  readonly #counts = new Float64Array(slotCount + 1);
  #slot = 0;
  #total = 0;

  constructor(periodMs: number) {
    this.#slotMs = periodMs / slotCount;
  }

  /** How long to wait until one more fits below `limit`; 0 when it fits now. */
  delayMs(limit: number, nowMs: number): number {
    this.#advance(nowMs);
    if (this.#total < limit) return 0;
    return this.#slotThatFrees(this.#total - limit + 1) * this.#slotMs - nowMs;
  }

  add(nowMs: number): void {
    this.#advance(nowMs);
    const at = this.#slot % this.#counts.length;
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#total += 1;
  }

  /** Slots that left the period are emptied; a clock that was set back stays in the newest one. */
  #advance(nowMs: number): void {
    const slot = Math.floor(nowMs / this.#slotMs);
    if (slot <= this.#slot) return;
    const length = this.#counts.length;
    const first = Math.max(this.#slot + 1, slot - length + 1);
    for (let at = first; at <= slot; at += 1) {
      this.#total -= this.#counts[at % length] ?? 0;
      this.#counts[at % length] = 0;
    }
    this.#slot = slot;
  }

  /** The first slot at whose beginning so many have left the period. */
  #slotThatFrees(count: number): number {
    const length = this.#counts.length;
    let freed = 0;
    for (let at = this.#slot - length + 1; ; at += 1) {
      freed += this.#counts[((at % length) + length) % length] ?? 0;
      if (freed >= count) return at + length;
    }
  }
}
