/** Milliseconds since 1970 that never go back: what has expired stays so. */
export interface SteadyClock {
  readonly now: () => number;
  /** From now on no earlier time is told: of a log, the time of its last record. */
  notBefore(timeMs: number): void;
}

/** @param timeOfDay milliseconds since 1970, which somebody may set back */
export function createSteadyClock(timeOfDay: () => number = Date.now): SteadyClock {
  let latest = 0;
  const notBefore = (timeMs: number) => {
    latest = Math.max(latest, timeMs);
  };
  return {
    notBefore,
    now() {
      notBefore(timeOfDay());
      return latest;
    },
  };
}
