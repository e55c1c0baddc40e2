/** Spent units are counted in thousandths, so that whole numbers of milliseconds, units and rates stay exact. */
const thousand = 1000;

/**
 * So many units a second, with bursts of as many. What was spent drains away, so a changed rate holds at once without
 * forgetting it.
 */
export class TokenBucket {
  #spent = 0;
  #drainedAt = 0;

  /**
   * How long to wait until `amount` fits; 0 when it fits now. An amount above the whole rate fits an empty bucket, and is
   * paid off afterwards: else it could never be.
   */
  delayMs(amount: number, perSecond: number, nowMs: number): number {
    const spent = this.#spentAt(perSecond, nowMs);
    const excess = Math.min(spent, spent + (amount - perSecond) * thousand);
    return excess <= 0 ? 0 : Math.ceil(excess / perSecond);
  }

  take(amount: number, perSecond: number, nowMs: number): void {
    this.#spent = this.#spentAt(perSecond, nowMs) + amount * thousand;
    this.#drainedAt = Math.max(this.#drainedAt, nowMs);
  }

  /** Gives back what was taken. */
  giveBack(amount: number): void {
    this.#spent = Math.max(0, this.#spent - amount * thousand);
  }

  /** A clock that was set back gives no time. */
  #spentAt(perSecond: number, nowMs: number): number {
    return Math.max(0, this.#spent - Math.max(0, nowMs - this.#drainedAt) * perSecond);
  }
}
