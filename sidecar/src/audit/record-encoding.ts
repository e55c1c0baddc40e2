import { SidecarError } from '../errors.ts';
import type { AuditRecord } from '../generated/types.ts';

/** What a caller knows of a record; the log adds the version and the time. */
export type AuditEntry = Omit<AuditRecord, 'v' | 'time'>;

/** Longest leaf in bytes: the length in an entry bundle is 16 bits wide (C2SP tlog-tiles, "Log entries"). */
export const maxEntryBytes = 65_535;

/** Any character that JSON escapes, and any surrogate, which needs the check for lone ones. */
const notPlain = /[^\x20\x21\x23-\x5b\x5d-\ud7ff\ue000-\uffff]/;

/**
 * The RFC 8785 encoding of a record: members in the order of their names, written out because a generic
 * canonicalizer costs more than the signature's own overhead.
 *
 * @param time milliseconds since 1970
 * @throws SidecarError `data_invalid` for text with a lone surrogate or a number that JSON cannot hold
 */
export function encodeRecord(entry: AuditEntry, time: number): string {
  return `{${textMember('algorithm', entry.algorithm)}${textMember('credential', entry.credential)}${detailsMember(
    entry.details,
  )}${numberMember('epoch', entry.epoch)}${textMember('error', entry.error)}${textMember('id', entry.id)}${textMember(
    'keyName',
    entry.keyName,
  )}"operation":${quote(entry.operation)},"outcome":${quote(entry.outcome)},"phase":${quote(
    entry.phase,
  )},${policiesMember(entry.policies)}${textMember('principal', entry.principal)}${textMember(
    'resource',
    entry.resource,
  )}${textMember('session', entry.session)}"time":${number(time)},"v":1}`;
}

function textMember(name: string, value: string | undefined): string {
  return value === undefined ? '' : `"${name}":${quote(value)},`;
}

function numberMember(name: string, value: number | undefined): string {
  return value === undefined ? '' : `"${name}":${number(value)},`;
}

function policiesMember(policies: readonly string[] | undefined): string {
  return policies === undefined ? '' : `"policies":[${policies.map(quote).join(',')}],`;
}

function detailsMember(details: AuditEntry['details']): string {
  if (details === undefined) return '';
  // RFC 8785 section 3.2.3 sorts by UTF-16 code units, which is what sort() does without a comparator.
  const names = Object.keys(details).sort();
  return `"details":{${names.map((name) => `${quote(name)}:${scalar(details[name])}`).join(',')}},`;
}

function scalar(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number') return number(value);
  if (typeof value === 'boolean') return String(value);
  throw new SidecarError('data_invalid', `audit detail of type ${typeof value}`);
}

function number(value: number): string {
  if (!Number.isFinite(value)) throw new SidecarError('data_invalid', `audit record holds the number ${value}`);
  return String(value);
}

function quote(text: string): string {
  if (!notPlain.test(text)) return `"${text}"`;
  // JSON.stringify would write a lone surrogate as an escape, which RFC 8785 section 3.2.2.2 forbids.
  if (!text.isWellFormed()) throw new SidecarError('data_invalid', 'audit record holds a lone surrogate');
  return JSON.stringify(text);
}
