import type { AuditPersonal, AuditRecord } from '@ferrohsm/sdk/node';
import { isoTime, pairs } from '../named-key.ts';
import type { LogEntry } from './log-entry.ts';

/** What a line of a listing shows. */
export type ListedRecord = {
  readonly index: number;
  readonly record: AuditRecord;
  readonly personal?: AuditPersonal;
};

export const recordHeading: readonly string[] = [
  'INDEX',
  'TIME',
  'PHASE',
  'OPERATION',
  'PRINCIPAL',
  'RESOURCE',
  'OUTCOME',
];

/** The cells of a listing. */
export function recordRow({ index, record, personal }: ListedRecord): string[] {
  const { time, phase, operation, keyName, resource } = record;
  const who = personal?.principal ?? '-';
  return [String(index), isoTime(time), phase, operation, who, keyName ?? resource ?? '-', outcomeText(record)];
}

/** All that a record and what lies beside it say, a field a line. */
export function recordFields({ index, record, personal, opening }: LogEntry): string {
  const rows = Object.entries({ ...record, time: isoTime(record.time) }).flatMap(rowsOf);
  const people = Object.entries(personal ?? {}).flatMap(rowsOf);
  return pairs([['index', String(index)], ...rows, ...people, ['personal fields', openingText(opening, record)]]);
}

export function outcomeText({ outcome, error }: AuditRecord): string {
  return error === undefined ? outcome : `${outcome} (${error})`;
}

function rowsOf([name, value]: [string, unknown]): [string, string][] {
  if (Array.isArray(value)) return [[name, value.join(', ')]];
  if (typeof value !== 'object' || value === null) return [[name, String(value)]];
  return Object.entries(value).map(([inner, member]) => [`${name}.${inner}`, String(member)]);
}

function openingText(opening: LogEntry['opening'], { actor }: AuditRecord): string {
  if (opening === 'valid') return 'as the record committed to';
  if (opening === 'wrong') return 'NOT what the record committed to, not shown';
  return actor === undefined ? 'none' : 'erased, or not in this copy';
}
