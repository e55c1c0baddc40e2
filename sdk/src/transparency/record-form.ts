import type { AuditRecord } from '../generated/types.ts';

type MemberTest = (value: unknown) => boolean;

const isText: MemberTest = (value) => typeof value === 'string';
const isInteger: MemberTest = (value) => Number.isInteger(value);
const isOneOf =
  (...allowed: readonly unknown[]): MemberTest =>
  (value) =>
    allowed.includes(value);
/** 32 bytes as base64url. */
const digestPattern = /^[A-Za-z0-9_-]{43}$/;

/** Every member that a record may have (schema audit-record.json). */
const members: Readonly<Record<keyof AuditRecord, MemberTest>> = Object.freeze({
  v: isOneOf(1),
  time: (value: unknown) => Number.isSafeInteger(value),
  phase: isOneOf('use', 'intent', 'result', 'event'),
  operation: isText,
  id: isText,
  actor: (value: unknown) => typeof value === 'string' && digestPattern.test(value),
  authentication: isOneOf('unix-peer', 'socket', 'token', 'jwt', 'certificate'),
  session: isText,
  resource: isText,
  keyName: isText,
  keyVersion: isInteger,
  algorithm: isText,
  outcome: isOneOf('ok', 'denied', 'failed', 'pending'),
  error: isText,
  policies: (value: unknown) => Array.isArray(value) && value.every(isText),
  policyHash: isText,
  epoch: isInteger,
  inputBytes: isInteger,
  outputBytes: isInteger,
  durationUs: isInteger,
  software: isText,
  details: (value: unknown) => isObject(value) && Object.values(value).every(isScalar),
});
const required = ['v', 'time', 'phase', 'operation', 'outcome'] as const;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A record that is well-formed, or why it is not one. */
export type RecordReading = { readonly record: AuditRecord } | { readonly reason: string };

/** Reads an entry of the log: exactly the RFC 8785 encoding of a record, so that each record has one encoding. */
export function readRecord(entry: Uint8Array): RecordReading {
  let text: string;
  let value: unknown;
  try {
    text = utf8.decode(entry);
    value = JSON.parse(text);
  } catch {
    return { reason: 'not JSON' };
  }
  if (!isObject(value)) return { reason: 'not an object' };
  const missing = required.find((name) => !Object.hasOwn(value, name));
  if (missing !== undefined) return { reason: `no member ${missing}` };
  const wrong = Object.keys(value).find((name) => !isMember(name, value[name]));
  if (wrong !== undefined) return { reason: `member ${JSON.stringify(wrong)} not allowed` };
  if (!isCanonical(value, text)) return { reason: 'not in canonical form' };
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

/** An odd backslash before `ud` is the escape of half a surrogate pair, which RFC 8785 section 3.2.2.2 refuses. */
const loneSurrogate = /(?<!\\)(?:\\\\)*\\ud/;

/** Objects that are in order already, nearly all there are, need no sorting: JSON.stringify keeps it. */
function isCanonical(value: Record<string, unknown>, text: string): boolean {
  if (text.includes('\\ud') && loneSurrogate.test(text)) return false;
  const isInOrder = isSorted(value) && (!isObject(value.details) || isSorted(value.details));
  return (isInOrder ? JSON.stringify(value) : canonical(value)) === text;
}

/** By UTF-16 code units, as RFC 8785 section 3.2.3 has it. */
function isSorted(value: Record<string, unknown>): boolean {
  const names = Object.keys(value);
  return names.every((name, i) => i === 0 || (names[i - 1] ?? '') < name);
}

/** RFC 8785 of a record: JSON.stringify writes its numbers and well-formed text, only the order is left to do. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`;
}
