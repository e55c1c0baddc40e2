import type { AuditLog, Erased } from '../audit/log.ts';
import type { ChangeRequest, Documents } from '../documents.ts';
import { SidecarError } from '../errors.ts';
import { indexAtTime } from './log-time.ts';

/** How long records are kept, and what leaves the log before the whole of it does. */
export interface LogRetention {
  set(keepDays: number, request: ChangeRequest): Promise<void>;
  /**
   * Removes the records that are older than the retention, by whole bundles.
   *
   * @param before only records below this leaf index
   * @returns the lowest index that is left
   * @throws SidecarError `retention_missing` where nobody has said how long records are kept
   */
  prune(before: number | undefined, request: ChangeRequest): Promise<number>;
  /**
   * Erases who did it from the records about one person.
   *
   * @param beforeMs only from records of before, in milliseconds since 1970
   */
  erase(principal: string, beforeMs: number | undefined, request: ChangeRequest): Promise<Erased>;
}

interface StoredRetention {
  readonly keepDays: number;
}

const kind = 'log-retention';
const id = 'present';
const dayMs = 86_400_000;
/** Records go by whole entry bundles (C2SP tlog-tiles). */
const bundleRecords = 256;

/** @param seenByWitnesses entries that every witness has seen; undefined where there are none */
export function createLogRetention(
  log: AuditLog,
  documents: Documents,
  now: () => number,
  seenByWitnesses: () => number | undefined,
): LogRetention {
  /** Does the work once, however often its request comes. */
  async function once<T extends object>(request: ChangeRequest, work: () => Promise<T>): Promise<T> {
    const known = await documents.result<T>(request);
    if (known !== undefined) return known;
    request.requireCurrent?.();
    const result = await work();
    // It has happened: whoever asked is told, whatever has changed meanwhile.
    return documents.change(() => result, { ...request, requireCurrent: undefined });
  }

  async function prunable(before: number | undefined): Promise<number> {
    const stored = await documents.get<StoredRetention>(kind, id);
    if (stored === undefined) throw new SidecarError('retention_missing');
    const oldEnough = await indexAtTime(log, now() - stored.keepDays * dayMs);
    // The last bundle stays: the next start reads on from it. A witness needs the proof from where it is.
    const last = Math.min(Math.max(0, log.size - bundleRecords), seenByWitnesses() ?? log.size);
    const end = Math.min(before ?? oldEnough, oldEnough, last);
    return end - (end % bundleRecords);
  }

  return {
    async set(keepDays, request) {
      await documents.change((changes) => changes.put(kind, id, { keepDays }), request);
    },
    async prune(before, request) {
      const { minimumIndex } = await once(request, async () => {
        const end = await prunable(before);
        await log.checkpoint();
        await log.prune(end);
        return { minimumIndex: log.minimumIndex };
      });
      return minimumIndex;
    },
    erase: (principal, beforeMs, request) =>
      once(request, async () => {
        const end = beforeMs === undefined ? log.size : await indexAtTime(log, beforeMs);
        return log.erasePersonal(principal, end);
      }),
  };
}
