import type { AuditRecord } from '../generated/types.ts';

type MemberTest = (value: unknown) => boolean;

const isText: MemberTest = (value) => typeof value === 'string';
const isInteger: MemberTest = (value) => Number.isInteger(value);
const isOneOf =
  (...allowed: readonly unknown[]): MemberTest =>
  (value) =>
    allowed.includes(value);

/** Every member that a record may have (schema audit-record.json). */
const members: Readonly<Record<keyof AuditRecord, MemberTest>> = Object.freeze({
  v: isOneOf(1),
  time: (value: unknown) => Number.isSafeInteger(value),
  phase: isOneOf('use', 'intent', 'result', 'event'),
  operation: isText,
  id: isText,
  principal: isText,
  credential: isText,
  session: isText,
  resource: isText,
  keyName: isText,
  algorithm: isText,
  outcome: isOneOf('ok', 'denied', 'failed', 'pending'),
  error: isText,
  policies: (value: unknown) => Array.isArray(value) && value.every(isText),
  epoch: isInteger,
  details: (value: unknown) => isObject(value) && Object.values(value).every(isScalar),
});
const required = ['v', 'time', 'phase', 'operation', 'outcome'] as const;

/** A record that is well-formed, or why it is not one. */
export type RecordReading = { readonly record: AuditRecord } | { readonly reason: string };

/** Reads an entry of the log: exactly the RFC 8785 encoding of a record, so that each record has one encoding. */
export function readRecord(entry: Uint8Array): RecordReading {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(entry);
    value = JSON.parse(text);
  } catch {
    return { reason: 'not JSON' };
  }
  if (!isObject(value)) return { reason: 'not an object' };
  const missing = required.find((name) => !Object.hasOwn(value, name));
  if (missing !== undefined) return { reason: `no member ${missing}` };
  const wrong = Object.entries(value).find(([name, member]) => !isMember(name, member));
  if (wrong !== undefined) return { reason: `member ${JSON.stringify(wrong[0])} not allowed` };
  if (canonical(value) !== text) return { reason: 'not in canonical form' };
  return { record: value as unknown as AuditRecord };
}

function isMember(name: string, value: unknown): boolean {
  return Object.hasOwn(members, name) && members[name as keyof AuditRecord](value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isScalar(value: unknown): boolean {
  return isText(value) || isInteger(value) || typeof value === 'boolean';
}

/** RFC 8785 of a record: JSON.stringify writes its numbers and well-formed text, only the order is left to do. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`;
}
