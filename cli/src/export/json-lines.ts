import type { LogEntry } from '../log-reading/log-entry.ts';
import type { LogIdentity } from './export-format.ts';

/** One JSON object a record, with what was checked of it. The members of `record` stand in the order of the leaf. */
export function jsonLines(entries: readonly LogEntry[], { origin, isSigned }: LogIdentity): string[] {
  const signature = isSigned ? 'valid' : 'unchecked';
  return entries.map(({ index, record, personal, opening }) =>
    JSON.stringify({ log: origin, index, record, personal, checks: { tree: 'valid', signature, personal: opening } }),
  );
}
