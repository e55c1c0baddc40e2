import type { Events, RecordedEvent } from '../approval/events.ts';
import type { Execution, Handler } from '../request/context.ts';

const defaultTimeoutMs = 30_000;

/** Says whether the caller may hear of an event. */
export type MayHear = (execution: Execution, recorded: RecordedEvent) => boolean;

export function createApprovalsEvents(events: Events, mayHear: MayHear): Handler<'approvals.events'> {
  return async ({ after = 0, timeoutMs = defaultTimeoutMs }, execution) => {
    const end = performance.now() + timeoutMs;
    for (let seen = after; ; ) {
      const recorded = events.after(seen);
      const heard = recorded.filter((one) => mayHear(execution, one)).map(({ event }) => event);
      seen = events.last;
      const remainingMs = end - performance.now();
      if (heard.length > 0 || remainingMs <= 0 || events.isClosed) return { events: heard, last: seen };
      await events.next(remainingMs);
    }
  };
}
