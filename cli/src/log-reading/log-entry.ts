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

const texts = ['phase', 'operation', 'outcome'] as const;

/** The record in an entry; undefined when it is none of this version. Its hash was checked before. */
export function parseRecord(entry: Uint8Array): AuditRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(entry));
  } catch {
    return undefined;
  }
  return isRecord(value) ? value : undefined;
}

function isRecord(value: unknown): value is AuditRecord {
  if (typeof value !== 'object' || value === null || !('v' in value) || value.v !== 1) return false;
  const members = value as Record<string, unknown>;
  return Number.isSafeInteger(members.time) && texts.every((name) => typeof members[name] === 'string');
}
