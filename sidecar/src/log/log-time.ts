import type { AuditLog } from '../audit/log.ts';

/** Index of the first record that is not older; the size of the log when all are. Times never go back in it. */
export async function indexAtTime(log: Pick<AuditLog, 'records' | 'size' | 'minimumIndex'>, timeMs: number) {
  let [start, end] = [log.minimumIndex, log.size];
  while (start < end) {
    const middle = Math.floor((start + end) / 2);
    const [found] = await log.records(middle, 1);
    if (found !== undefined && found.record.time < timeMs) start = middle + 1;
    else end = middle;
  }
  return start;
}
