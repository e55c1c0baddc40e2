/** Milliseconds since 1970 that never go back: what has expired stays so. */
export interface SteadyClock {
  readonly now: () => number;
  /** From now on no earlier time is told: of a log, the time of its last record. */
  notBefore(timeMs: number): void;
}

/**
 * @param timeOfDay milliseconds since 1970, which somebody may set back: time then goes on from where it was
 * @param running milliseconds that only run on
 */
export function createSteadyClock(
  timeOfDay: () => number = Date.now,
  running: () => number = () => performance.now(),
): SteadyClock {
  let latestMs = 0;
  let readAt = running();

  function advanceTo(timeMs: number): void {
    const at = running();
    latestMs = Math.max(timeMs, latestMs + (at - readAt));
    readAt = at;
  }

  return {
    notBefore: advanceTo,
    now() {
      advanceTo(timeOfDay());
      return Math.floor(latestMs);
    },
  };
}
