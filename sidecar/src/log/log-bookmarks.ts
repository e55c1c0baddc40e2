import type { AuditEntry } from '../audit/log.ts';
import type { AuditRecord } from '../generated/types.ts';
import type { StateMark } from '../keystore/keystore.ts';

/** Name of the record that saves a start from reading further back. */
export const bookmark = 'sidecar.bookmark';

/** Records between two bookmarks: a start after a crash reads about as many. */
const bookmarkEvery = 10_000;

/** Knows at each record what a start would have to find out from all of them. */
export interface LogBookmarks {
  /**
   * To be asked behind each record.
   *
   * @param size records that are durable when it is written, so none of its index is lower
   * @returns a record to write right behind it, when it is time
   */
  after(entry: AuditEntry, size: number): AuditEntry | undefined;
}

export function createLogBookmarks(): LogBookmarks {
  /** Intents without a result, with a bound below their index. */
  const open = new Map<string, number>();
  let mark: StateMark | undefined;
  let count = 0;

  function note({ phase, id, details }: AuditEntry, size: number): void {
    if (id !== undefined && phase === 'intent') open.set(id, size);
    if (id !== undefined && phase === 'result') open.delete(id);
    mark = markIn(details) ?? mark;
    count += 1;
  }

  return {
    after(entry, size) {
      note(entry, size);
      if (count < bookmarkEvery || mark === undefined) return undefined;
      count = 0;
      const details = { ...mark, ...(open.size > 0 && { since: Math.min(...open.values()) }) };
      return { phase: 'event', operation: bookmark, outcome: 'ok', details };
    },
  };
}

/** The state of the keystore that a record carries, if any. */
export function markIn(details: AuditRecord['details']): StateMark | undefined {
  const { stateRoot, stateCounter } = details ?? {};
  return typeof stateRoot === 'string' && typeof stateCounter === 'number' ? { stateRoot, stateCounter } : undefined;
}

/** Leaf index that a start has to read back to from a bookmark; the bookmark's own when nothing was under way there. */
export function readBackTo({ details }: AuditRecord, index: number): number {
  return typeof details?.since === 'number' ? details.since : index;
}
