import { type Der, derTags, objectIdentifierOf, readMembers } from './der.ts';

/** Attribute types with a short name, as OpenSSL spells it; any other is written as numbers. */
const shortNames: Readonly<Record<string, string>> = Object.freeze({
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'street',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'title',
  '2.5.4.42': 'GN',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'emailAddress',
});

const textTags: ReadonlySet<number> = new Set([derTags.utf8String, derTags.printableString, derTags.ia5String]);

/**
 * A Name as RFC 4514 writes it: last part first, nothing but printable ASCII, the octets of other characters as
 * `\C3\A9`. The same as `openssl x509 -noout -subject -nameopt RFC2253` prints.
 *
 * @throws RangeError for what is not a Name
 */
export function distinguishedName(name: Der): string {
  return readMembers(name)
    .reverse()
    .map((part) => readMembers(part).reverse().map(attribute).join('+'))
    .join(',');
}

function attribute(pair: Der): string {
  const [type, value] = readMembers(pair);
  if (type?.tag !== derTags.objectIdentifier || value === undefined) throw new RangeError('not an attribute');
  const identifier = objectIdentifierOf(type);
  const name = shortNames[identifier];
  // RFC 4514 section 2.4: what has no name or no text is shown as its encoding.
  if (name === undefined || !textTags.has(value.tag)) {
    return `${name ?? identifier}=#${value.whole.toString('hex').toUpperCase()}`;
  }
  return `${name}=${escaped(value.content)}`;
}

function escaped(text: Buffer): string {
  const last = text.length - 1;
  return [...text].map((octet, index) => escapedOctet(octet, index === 0, index === last)).join('');
}

function escapedOctet(octet: number, isFirst: boolean, isLast: boolean): string {
  if (octet < 0x20 || octet > 0x7e) return `\\${octet.toString(16).toUpperCase().padStart(2, '0')}`;
  const character = String.fromCharCode(octet);
  const isEdge = (character === ' ' && (isFirst || isLast)) || (character === '#' && isFirst);
  return isEdge || '"+,;<>\\'.includes(character) ? `\\${character}` : character;
}
