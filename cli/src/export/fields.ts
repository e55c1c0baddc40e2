import type { LogEntry } from '../log-reading/log-entry.ts';

/** Value of a field of a record. */
export type FieldValue = string | number | boolean | readonly string[];

/** The members of a record and of what opens its commitment, flat: `details.data`, `personal.principal`. */
export function fieldsOf({ record, personal }: LogEntry): [string, FieldValue][] {
  const { details, ...plain } = record;
  const { details: personalDetails, ...people } = personal ?? {};
  return [
    ...Object.entries(plain),
    ...prefixed('details', details),
    ...prefixed('personal', people),
    ...prefixed('personal.details', personalDetails),
  ];
}

function prefixed(prefix: string, members: Readonly<Record<string, FieldValue>> = {}): [string, FieldValue][] {
  return Object.entries(members).map(([name, value]) => [`${prefix}.${name}`, value]);
}
