/** When a session was opened and last used, and when its credential expires; milliseconds since 1970. */
export interface SessionTimes {
  readonly openedAt: number;
  readonly usedAt: number;
  readonly expiresAt?: number | undefined;
}

export interface SessionLimits {
  /** Milliseconds without a call after which a session ends; 0 for never. */
  readonly idleMs: number;
  /** Milliseconds after which a session ends, however busy; 0 for never. */
  readonly absoluteMs: number;
}

/** When a session ends however busy it is, in milliseconds since 1970; infinite for never. */
export function latestEndOf({ openedAt, expiresAt }: SessionTimes, { absoluteMs }: SessionLimits): number {
  const absolute = absoluteMs > 0 ? openedAt + absoluteMs : Number.POSITIVE_INFINITY;
  return Math.min(absolute, expiresAt ?? Number.POSITIVE_INFINITY);
}

/** When a session ends if nothing more is called, in milliseconds since 1970; infinite for never. */
export function endOf(times: SessionTimes, limits: SessionLimits): number {
  const idle = limits.idleMs > 0 ? times.usedAt + limits.idleMs : Number.POSITIVE_INFINITY;
  return Math.min(idle, latestEndOf(times, limits));
}
