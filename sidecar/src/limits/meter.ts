import type { Quota } from '../generated/types.ts';
import { SlidingWindow } from './sliding-window.ts';
import { TokenBucket } from './token-bucket.ts';

/** A limit that is reached. */
export interface Exceeded {
  /** In words: `10 operations a minute`. */
  readonly limit: string;
  readonly retryAfterMs: number;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** Nobody knows when an operation under way will end. */
const concurrencyRetryMs = 100;

/** What was used of one quota. The quota is given each time, because it may change while its use stays. */
export class Meter {
  #second = new TokenBucket();
  #bytes = new TokenBucket();
  #minute: SlidingWindow | undefined;
  #day: SlidingWindow | undefined;
  #underWay = 0;

  get isBusy(): boolean {
    return this.#underWay > 0;
  }

  get underWay(): number {
    return this.#underWay;
  }

  get second(): TokenBucket {
    return this.#second;
  }

  get bytes(): TokenBucket {
    return this.#bytes;
  }

  /** Windows are larger than all the rest, so they are made when they are wanted. */
  get minute(): SlidingWindow {
    this.#minute ??= new SlidingWindow(minuteMs);
    return this.#minute;
  }

  get day(): SlidingWindow {
    this.#day ??= new SlidingWindow(dayMs);
    return this.#day;
  }

  /** The limit that one more operation would exceed; of several the one that lasts longest. */
  exceeded(quota: Quota, bytes: number, nowMs: number): Exceeded | undefined {
    let longest: Exceeded | undefined;
    for (const { limit, delayMs, text } of checks) {
      const allowed = quota[limit];
      if (allowed === undefined) continue;
      const retryAfterMs = delayMs(this, allowed, bytes, nowMs);
      if (retryAfterMs > (longest?.retryAfterMs ?? 0)) longest = { limit: text(allowed), retryAfterMs };
    }
    return longest;
  }

  /** Counts one operation that exceeded nothing. */
  take({ perSecond, bytesPerSecond, perMinute, perDay, concurrent }: Quota, bytes: number, nowMs: number): void {
    if (perSecond !== undefined) this.second.take(1, perSecond, nowMs);
    if (bytesPerSecond !== undefined) this.bytes.take(bytes, bytesPerSecond, nowMs);
    if (perMinute !== undefined) this.minute.add(nowMs);
    if (perDay !== undefined) this.day.add(nowMs);
    if (concurrent !== undefined) this.#underWay += 1;
  }

  /** What is done counts no more; what is under way still does. */
  forget(): void {
    this.#second = new TokenBucket();
    this.#bytes = new TokenBucket();
    this.#minute = undefined;
    this.#day = undefined;
  }

  /** Ends an operation that was counted while its quota limited how many are under way. */
  leave(): void {
    this.#underWay -= 1;
  }
}

interface Check {
  readonly limit: Exclude<keyof Quota, 'onExceed'>;
  /** 0 when it fits. */
  readonly delayMs: (meter: Meter, allowed: number, bytes: number, nowMs: number) => number;
  readonly text: (allowed: number) => string;
}

const checks: readonly Check[] = Object.freeze<Check[]>([
  {
    limit: 'perSecond',
    delayMs: (meter, allowed, _bytes, nowMs) => meter.second.delayMs(1, allowed, nowMs),
    text: (allowed) => `${allowed} operations a second`,
  },
  {
    limit: 'bytesPerSecond',
    delayMs: (meter, allowed, bytes, nowMs) => (bytes === 0 ? 0 : meter.bytes.delayMs(bytes, allowed, nowMs)),
    text: (allowed) => `${allowed} bytes a second`,
  },
  {
    limit: 'perMinute',
    delayMs: (meter, allowed, _bytes, nowMs) => meter.minute.delayMs(allowed, nowMs),
    text: (allowed) => `${allowed} operations a minute`,
  },
  {
    limit: 'perDay',
    delayMs: (meter, allowed, _bytes, nowMs) => meter.day.delayMs(allowed, nowMs),
    text: (allowed) => `${allowed} operations a day`,
  },
  {
    limit: 'concurrent',
    delayMs: (meter, allowed) => (meter.underWay < allowed ? 0 : concurrencyRetryMs),
    text: (allowed) => `${allowed} operations at once`,
  },
]);
