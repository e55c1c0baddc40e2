import type { AuditPersonal, AuditRecord } from '@ferrohsm/sdk/node';
import type { OpeningState } from './opening.ts';

/** One record of a log, as it was proved to be there. */
export interface LogEntry {
  readonly index: number;
  readonly record: AuditRecord;
  /** Who did it; only where it can be read and is what the record committed to. */
  readonly personal?: AuditPersonal;
  readonly opening: OpeningState;
}
