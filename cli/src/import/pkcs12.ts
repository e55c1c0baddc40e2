import { createPrivateKey, type KeyObject } from 'node:crypto';
import { CliError } from '../errors.ts';
import { contentOf, type DerValue, derTags, integerOf, readDer, within } from './der-reader.ts';
import { hasPkcs12Mac, type Pkcs12Mac } from './pkcs12-mac.ts';

/** OIDs of RFC 7292 in DER, as hexadecimal digits. */
const oids = Object.freeze({
  data: '2a864886f70d010701',
  keyBag: '2a864886f70d010c0a0101',
  shroudedKeyBag: '2a864886f70d010c0a0102',
});

const otherTools = 'convert it to PEM with openssl pkcs12 -nocerts, and import that';

/**
 * The private key of a PKCS#12 file (RFC 7292), whose MAC is checked first. OpenSSL decrypts the key, as node:crypto
 * offers it; keys in an encrypted safe, as few programs write them, are not found.
 *
 * @throws CliError 65
 */
export function readPkcs12(bytes: Buffer, passphrase: Buffer): KeyObject {
  const { content, mac } = parsed(() => readPfx(bytes));
  if (!parsed(() => hasPkcs12Mac(content, mac, passphrase))) {
    throw new CliError(65, 'the passphrase is wrong, or the file was changed', 'try again');
  }
  const [bag, another] = parsed(() => keyBags(content));
  if (bag === undefined) throw new CliError(65, 'there is no private key in the open part of the file', otherTools);
  if (another !== undefined) throw new CliError(65, 'the file holds more than one private key', otherTools);
  try {
    return createPrivateKey({ key: bag, format: 'der', type: 'pkcs8', passphrase });
  } catch (cause) {
    throw new CliError(65, 'the private key is encrypted in a way that is not known', otherTools, { cause });
  }
}

function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new CliError(65, `the PKCS#12 file cannot be read: ${cause.message}`, otherTools, { cause });
  }
}

/** What is protected, and by which MAC. */
function readPfx(bytes: Buffer): { readonly content: Buffer; readonly mac: Pkcs12Mac } {
  const [pfx] = readDer(bytes);
  const [, authSafe, macData] = within(pfx, derTags.sequence);
  const [info, salt, iterations] = within(macData, derTags.sequence);
  const [algorithm, digest] = within(info, derTags.sequence);
  const [hashOid] = within(algorithm, derTags.sequence);
  return {
    content: dataOf(authSafe) ?? raise('public-key integrity'),
    mac: {
      hashOid: contentOf(hashOid, derTags.oid).toString('hex'),
      digest: contentOf(digest, derTags.octetString),
      salt: contentOf(salt, derTags.octetString),
      iterations: iterations === undefined ? 1 : integerOf(iterations),
    },
  };
}

/** DER of every private key, encrypted or not. */
function keyBags(content: Buffer): Buffer[] {
  const [safes] = readDer(content);
  return within(safes, derTags.sequence)
    .map(dataOf)
    .filter((data) => data !== undefined)
    .flatMap((data) => within(readDer(data)[0], derTags.sequence))
    .flatMap(keyOf);
}

function keyOf(bag: DerValue): Buffer[] {
  const [id, value] = within(bag, derTags.sequence);
  const kind = contentOf(id, derTags.oid).toString('hex');
  return kind === oids.keyBag || kind === oids.shroudedKeyBag ? [contentOf(value, derTags.context0)] : [];
}

/** The bytes of a ContentInfo of plain data; undefined for an encrypted one. */
function dataOf(contentInfo: DerValue | undefined): Buffer | undefined {
  const [type, content] = within(contentInfo, derTags.sequence);
  if (contentOf(type, derTags.oid).toString('hex') !== oids.data) return undefined;
  return contentOf(within(content, derTags.context0)[0], derTags.octetString);
}

function raise(what: string): never {
  throw new RangeError(`${what} is not supported`);
}
