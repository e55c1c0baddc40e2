import { derTags, readDer, readMembers } from './der.ts';
import { distinguishedName } from './distinguished-name.ts';

/**
 * Reads which certificates a list revokes (RFC 5280 section 5.1), as issuer and serial number. Whether the list is
 * signed and in force, OpenSSL says at every handshake.
 *
 * @throws RangeError where the encoding is not that of a list
 */
export function readRevocationList(der: Buffer): string[] {
  const [tbs] = readMembers(readDer(der));
  if (tbs === undefined) throw new RangeError('not a revocation list');
  const fields = readMembers(tbs);
  // Version 1 has no version field.
  const [, issuer, , ...rest] = fields[0]?.tag === derTags.integer ? fields.slice(1) : fields;
  if (issuer?.tag !== derTags.sequence) throw new RangeError('not a revocation list');
  const name = distinguishedName(issuer);
  const entries = rest.find(({ tag }) => tag === derTags.sequence);
  return (entries === undefined ? [] : readMembers(entries)).map((entry) => {
    const [serial] = readMembers(entry);
    if (serial?.tag !== derTags.integer) throw new RangeError('not an entry of a revocation list');
    return revocationKey(name, serial.content.toString('hex'));
  });
}

/**
 * The issuer's name and the serial number identify a certificate. The names of one authority may differ in case and
 * string type (RFC 5280 section 7.1).
 */
export function revocationKey(issuer: string, serial: string): string {
  return `${issuer.toLowerCase()} ${serial}`;
}
