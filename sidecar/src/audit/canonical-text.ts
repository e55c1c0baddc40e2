import { SidecarError } from '../errors.ts';
import type { CanonicalText } from '../generated/record-encoders.ts';

/** Any character that JSON escapes, and any surrogate, which needs the check for lone ones. */
const notPlain = /[^\x20\x21\x23-\x5b\x5d-\ud7ff\ue000-\uffff]/;

/**
 * RFC 8785 of the values in a record.
 *
 * @throws SidecarError `data_invalid` for text with a lone surrogate or a number that JSON cannot hold
 */
export const canonicalText: CanonicalText = Object.freeze({
  text: quote,
  number: numeral,
  texts: (values: readonly string[]) => `[${values.map(quote).join(',')}]`,
  scalars,
});

/** Most details are built in the order of their names already. */
function scalars(values: Readonly<Record<string, string | number | boolean>>): string {
  const names = Object.keys(values);
  // RFC 8785 section 3.2.3 sorts by UTF-16 code units, which is what sort() and `<` do.
  if (names.some((name, i) => i > 0 && name < (names[i - 1] ?? ''))) names.sort();
  let members = '';
  for (const name of names) members += `,${quote(name)}:${scalar(values[name])}`;
  return `{${members.slice(1)}}`;
}

function scalar(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number') return numeral(value);
  if (typeof value === 'boolean') return String(value);
  throw new SidecarError('data_invalid', `audit detail of type ${typeof value}`);
}

function numeral(value: number): string {
  if (!Number.isFinite(value)) throw new SidecarError('data_invalid', `audit record holds the number ${value}`);
  return String(value);
}

function quote(text: string): string {
  if (!notPlain.test(text)) return `"${text}"`;
  // JSON.stringify would write a lone surrogate as an escape, which RFC 8785 section 3.2.2.2 forbids.
  if (!text.isWellFormed()) throw new SidecarError('data_invalid', 'audit record holds a lone surrogate');
  return JSON.stringify(text);
}
