import { type Der, derTags, objectIdentifierOf, readDer, readMembers } from './der.ts';
import { distinguishedName } from './distinguished-name.ts';

/** What the listener looks at in an X.509 certificate (RFC 5280 section 4.1). */
export interface Certificate {
  /** RFC 4514. */
  readonly subject: string;
  readonly issuer: string;
  /** Hexadecimal. */
  readonly serial: string;
  /** Uniform resource identifiers among the subject's alternative names. */
  readonly uris: readonly string[];
  /** It may sign certificates or revocation lists. */
  readonly isAuthority: boolean;
}

const extensionsTag = 0xa3;
const versionTag = 0xa0;
/** `uniformResourceIdentifier [6]`, section 4.2.1.6. */
const uriTag = 0x86;
/** keyCertSign (5) and cRLSign (6) in the first octet of the bits, section 4.2.1.3. */
const signingUsages = 0b0000_0110;

/**
 * Reads a certificate that OpenSSL has verified.
 *
 * @throws RangeError where the encoding is not that of a certificate
 */
export function readCertificate(der: Buffer): Certificate {
  const [tbs] = readMembers(readDer(der));
  if (tbs === undefined) throw new RangeError('not a certificate');
  const fields = readMembers(tbs);
  // The version is left out of a certificate of version 1.
  const [serial, , issuer, , subject] = fields[0]?.tag === versionTag ? fields.slice(1) : fields;
  if (serial === undefined || issuer === undefined || subject === undefined) throw new RangeError('not a certificate');
  const extensions = readExtensions(fields.find(({ tag }) => tag === extensionsTag));
  return {
    subject: distinguishedName(subject),
    issuer: distinguishedName(issuer),
    serial: serial.content.toString('hex'),
    uris: urisOf(extensions.get('2.5.29.17')),
    isAuthority: isAuthority(extensions.get('2.5.29.19')) || maySign(extensions.get('2.5.29.15')),
  };
}

function readExtensions(explicit: Der | undefined): Map<string, Der> {
  const [list] = explicit === undefined ? [] : readMembers(explicit);
  return new Map((list === undefined ? [] : readMembers(list)).map(readExtension));
}

function readExtension(extension: Der): [string, Der] {
  const members = readMembers(extension);
  const [identifier, value] = [members[0], members.at(-1)];
  if (identifier === undefined || value?.tag !== derTags.octetString) throw new RangeError('not an extension');
  return [objectIdentifierOf(identifier), readDer(value.content)];
}

function urisOf(names: Der | undefined): string[] {
  const uris = names === undefined ? [] : readMembers(names).filter(({ tag }) => tag === uriTag);
  return uris.map(({ content }) => content.toString('latin1'));
}

function isAuthority(constraints: Der | undefined): boolean {
  const [flag] = constraints === undefined ? [] : readMembers(constraints);
  return flag?.tag === derTags.boolean && flag.content[0] !== 0;
}

/** The first octet of a BIT STRING counts the unused bits. */
function maySign(usage: Der | undefined): boolean {
  return ((usage?.content[1] ?? 0) & signingUsages) !== 0;
}
