/**
 * The one encoding of a JSON value (RFC 8785): members in the order of their UTF-16 code units, numbers and strings as
 * ECMAScript writes them, nothing between.
 *
 * @throws TypeError for what is not JSON: an undefined member, a number that is not finite, a lone surrogate
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) return canonicalObject(value);
  if (typeof value === 'string') return canonicalString(value);
  if (value === null || typeof value === 'boolean' || Number.isFinite(value)) return JSON.stringify(value);
  throw new TypeError('not a JSON value');
}

function canonicalObject(value: object): string {
  const members = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${members.map(([name, member]) => `${canonicalString(name)}:${canonicalJson(member)}`).join(',')}}`;
}

function canonicalString(text: string): string {
  // Two different texts would have one UTF-8 encoding (RFC 8785 section 3.2.2.2).
  if (/\p{Surrogate}/u.test(text)) throw new TypeError('a string with a lone surrogate');
  return JSON.stringify(text);
}
