import canonicalize from 'canonicalize';

/** A value that RFC 8785 can encode without loss. Undefined members would be dropped silently: leave them out. */
export type Canonical =
  | string
  | number
  | boolean
  | null
  | readonly Canonical[]
  | { readonly [member: string]: Canonical };

/** The RFC 8785 encoding in UTF-8. */
export function canonicalBytes(value: Canonical): Buffer {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('value has no canonical encoding');
  return Buffer.from(text, 'utf8');
}
