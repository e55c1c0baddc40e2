import { createPrivateKey, type KeyObject } from 'node:crypto';
import { CliError, usageError } from '../errors.ts';
import { derTags, readDer, within } from './der-reader.ts';
import { readJsonWebKey } from './json-web-key.ts';
import { algorithmOf, type FoundAlgorithm } from './key-algorithm-of.ts';
import { readPkcs12 } from './pkcs12.ts';

export const keyFileFormats = ['pem', 'der', 'jwk', 'raw', 'p12'] as const;
export type KeyFileFormat = (typeof keyFileFormats)[number];

/** The secret of a file in a form that the sidecar takes; the caller zeroes it. */
export interface KeyFileContent {
  readonly format: 'pkcs8' | 'raw-secret';
  readonly keyData: Buffer;
  /** Undefined where the file does not say. */
  readonly algorithm?: FoundAlgorithm | undefined;
}

export interface KeyFileOptions {
  /** Default: what the bytes look like. */
  readonly format?: KeyFileFormat | undefined;
  /** Asks for the passphrase; the caller of this zeroes it. */
  readonly passphrase: () => Buffer;
}

/**
 * Reads the key of a file: PEM or DER of PKCS#8, PKCS#1 or SEC 1, encrypted or not, JWK, PKCS#12, or the raw bytes of a
 * secret key. The bytes stay the caller's to zero.
 *
 * @throws CliError 65 for a file that cannot be read so
 */
export function readKeyFile(bytes: Buffer, { format = formatOf(bytes), passphrase }: KeyFileOptions): KeyFileContent {
  return readers[format](bytes, passphrase);
}

type Reader = (bytes: Buffer, passphrase: () => Buffer) => KeyFileContent;

const readers: Readonly<Record<KeyFileFormat, Reader>> = Object.freeze({
  pem: readPem,
  der: readDerKey,
  jwk: readJwk,
  raw: (bytes) => ({ format: 'raw-secret', keyData: Buffer.from(bytes) }),
  p12: (bytes, passphrase) => withPassphrase(passphrase, (given) => ofPrivateKey(readPkcs12(bytes, given))),
});

const dash = 0x2d;
const brace = 0x7b;

/** Bytes that look like nothing are raw ones, unless DER could be meant. */
function formatOf(bytes: Buffer): KeyFileFormat {
  const first = bytes.find((byte) => byte > 0x20);
  if (first === dash || bytes.includes('-----BEGIN ')) return 'pem';
  if (first === brace) return 'jwk';
  if (bytes[0] !== derTags.sequence) return 'raw';
  return derKindOf(bytes) === 'pkcs12' ? 'p12' : 'der';
}

type DerKind = 'pkcs8' | 'encrypted' | 'pkcs1' | 'sec1' | 'pkcs12';

/** Told apart by what is in the outer sequence. */
function derKindOf(bytes: Buffer): DerKind | undefined {
  try {
    const [first, second] = within(readDer(bytes)[0], derTags.sequence);
    if (first?.tag === derTags.sequence) return 'encrypted';
    if (second?.tag === derTags.integer) return 'pkcs1';
    if (second?.tag === derTags.octetString) return 'sec1';
    return first?.content.equals(pkcs12Version) ? 'pkcs12' : 'pkcs8';
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const pkcs12Version = Buffer.of(3);

function readPem(bytes: Buffer, passphrase: () => Buffer): KeyFileContent {
  const read = (given?: Buffer) =>
    ofPrivateKey(
      parsed(given, () => createPrivateKey({ key: bytes, format: 'pem', ...(given && { passphrase: given }) })),
    );
  return bytes.includes('ENCRYPTED') ? withPassphrase(passphrase, read) : read();
}

function readDerKey(bytes: Buffer, passphrase: () => Buffer): KeyFileContent {
  const kind = derKindOf(bytes);
  if (kind === undefined) throw unreadable('it is no DER');
  if (kind === 'pkcs12') throw usageError('the file is PKCS#12', 'give --format p12');
  if (kind === 'pkcs8') return ofPkcs8(bytes);
  const type = kind === 'encrypted' ? 'pkcs8' : kind;
  const read = (given?: Buffer) =>
    ofPrivateKey(
      parsed(given, () => createPrivateKey({ key: bytes, format: 'der', type, ...(given && { passphrase: given }) })),
    );
  return kind === 'encrypted' ? withPassphrase(passphrase, read) : read();
}

/** OpenSSL does not know hybrid and composite keys; the sidecar does. */
function ofPkcs8(bytes: Buffer): KeyFileContent {
  const key = attempted(() => createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' }));
  return key === undefined ? { format: 'pkcs8', keyData: Buffer.from(bytes) } : ofPrivateKey(key);
}

function attempted<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}

function readJwk(bytes: Buffer): KeyFileContent {
  const content = readJsonWebKey(bytes);
  if ('secret' in content) return { format: 'raw-secret', keyData: content.secret, algorithm: content.algorithm };
  const { keyData, algorithm } = ofPrivateKey(content.privateKey);
  return { format: 'pkcs8', keyData, algorithm: content.algorithm ?? algorithm };
}

function ofPrivateKey(key: KeyObject): KeyFileContent {
  const algorithm = algorithmOf(key);
  return { format: 'pkcs8', keyData: key.export({ type: 'pkcs8', format: 'der' }), algorithm };
}

function withPassphrase<T>(ask: () => Buffer, use: (passphrase: Buffer) => T): T {
  const passphrase = ask();
  try {
    return use(passphrase);
  } finally {
    passphrase.fill(0);
  }
}

function parsed(passphrase: Buffer | undefined, parse: () => KeyObject): KeyObject {
  try {
    return parse();
  } catch (cause) {
    throw unreadable(passphrase ? 'the passphrase is wrong, or it is no private key' : 'it is no private key', cause);
  }
}

function unreadable(reason: string, cause?: unknown): CliError {
  return new CliError(65, `cannot read the key: ${reason}`, 'say what the file is with --format', { cause });
}
