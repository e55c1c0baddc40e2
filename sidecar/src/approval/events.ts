import { SidecarError } from '../errors.ts';
import type { Event } from '../generated/types.ts';
import type { ApprovalSubject } from './stored-approval.ts';

/** An event, and what says who may see it. */
export interface RecordedEvent {
  readonly event: Event;
  /** Of an approval. */
  readonly subject?: ApprovalSubject;
}

/** The newest events. Readers come for them, so an absent one costs nothing and a slow one misses the oldest. */
export interface Events {
  record(event: Omit<Event, 'id' | 'time'>, subject?: ApprovalSubject): void;
  /** Events behind this id, oldest first. An id of an earlier process is behind none of this one. */
  after(id: number): readonly RecordedEvent[];
  /** Id of the newest event; 0 when there was none. */
  readonly last: number;
  /** Nobody waits any more. */
  readonly isClosed: boolean;
  /**
   * Ends with the next event, of one approval where told, or after the time.
   *
   * @throws SidecarError `rate_limited` when too many wait
   */
  next(timeoutMs: number, approval?: string): Promise<void>;
  /** Ends all waiting. */
  close(): void;
}

export interface EventsOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Hears of each event, for hooks; must not throw. */
  readonly onEvent?: (event: Event) => void;
  /** Events that are kept, 1,024 unless told. */
  readonly capacity?: number;
  /** Readers that may wait at once, 1,024 unless told. */
  readonly maxWaiting?: number;
}

interface Waiting {
  readonly approval: string | undefined;
  readonly end: () => void;
}

const defaultCapacity = 1024;
const retryAfterMs = 1_000;

export function createEvents(options: EventsOptions): Events {
  const { now, onEvent, capacity = defaultCapacity, maxWaiting = defaultCapacity } = options;
  const ring: RecordedEvent[] = [];
  const waiting = new Set<Waiting>();
  let last = 0;
  let isClosed = false;

  function record(fields: Omit<Event, 'id' | 'time'>, subject?: ApprovalSubject): void {
    const event: Event = { id: ++last, time: now(), ...fields };
    ring[last % capacity] = { event, ...(subject && { subject }) };
    for (const { approval, end } of waiting) if (approval === undefined || approval === event.approval) end();
    onEvent?.(event);
  }

  function after(id: number): readonly RecordedEvent[] {
    const seen = Math.max(id > last ? 0 : id, last - capacity);
    const ids = Array.from({ length: last - seen }, (_, index) => seen + 1 + index);
    return ids.map((behind) => ring[behind % capacity]).filter((event) => event !== undefined);
  }

  async function next(timeoutMs: number, approval?: string): Promise<void> {
    if (isClosed || timeoutMs <= 0) return;
    if (waiting.size >= maxWaiting) {
      throw new SidecarError('rate_limited', 'too many wait for events', { facts: { retryAfterMs } });
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    const reader = { approval, end: resolve };
    const timer = setTimeout(resolve, timeoutMs);
    waiting.add(reader);
    await promise;
    clearTimeout(timer);
    waiting.delete(reader);
  }

  return {
    record,
    after,
    next,
    get isClosed() {
      return isClosed;
    },
    get last() {
      return last;
    },
    close() {
      isClosed = true;
      for (const { end } of waiting) end();
    },
  };
}
