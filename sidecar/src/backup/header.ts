import canonicalize from 'canonicalize';
import { damaged } from './refusal.ts';

/** Who can open a backup. */
export interface BackupRecipient {
  readonly algorithm: 'MLKEM768-X25519' | 'ML-KEM-768';
  /** SHA-256 of the raw public key, base64url. */
  readonly fingerprint: string;
  /** Of a key that is made from a passphrase: how. */
  readonly passphrase?: PassphraseCost;
}

/** Argon2id (RFC 9106) with a salt of 16 bytes, base64url, and memory in KiB. */
export interface PassphraseCost {
  readonly salt: string;
  readonly memoryKib: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** The log that the store belongs to, as it was before the backup. */
export interface BackupLog {
  readonly origin: string;
  /** C2SP signed-note verifier keys. */
  readonly keys: readonly string[];
  /** The last checkpoint, a C2SP signed note. */
  readonly checkpoint: string;
}

/** The backup that an increment continues. */
export interface BackupBase {
  readonly id: string;
  /** SHA-256 of its whole file, base64url. */
  readonly sha256: string;
  readonly stateRoot: string;
}

/** What anybody can read of a backup. */
export interface BackupHeader {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Version of the program that wrote it. */
  readonly software: string;
  readonly log: BackupLog;
  /** Of an increment: without it, the backup is whole. */
  readonly base?: BackupBase;
  readonly stateRoot: string;
  readonly stateCounter: number;
  /** Rows of the store by kind. */
  readonly counts: Readonly<Record<string, number>>;
  readonly recipient: BackupRecipient;
  /** What encapsulates the shared secret, base64url. */
  readonly encapsulated: string;
}

const magic = Buffer.from('FHBK');
const format = 1;
/** Bytes of magic, format and the length of the header. */
export const prefixBytes = 9;
const mostHeaderBytes = 65_536;

/** Magic, format, length and the header as RFC 8785 writes it. */
export function encodeHeader(header: BackupHeader): Buffer {
  const body = Buffer.from(canonicalize(header) as string, 'utf8');
  const prefix = Buffer.alloc(prefixBytes);
  magic.copy(prefix);
  prefix[4] = format;
  prefix.writeUInt32BE(body.length, 5);
  return Buffer.concat([prefix, body]);
}

/**
 * Length of the header behind the prefix.
 *
 * @throws SidecarError `data_invalid`
 */
export function headerLength(prefix: Buffer): number {
  if (prefix.length < prefixBytes || !prefix.subarray(0, 4).equals(magic)) throw damaged('this is no backup');
  if (prefix[4] !== format) throw damaged(`format ${prefix[4]} is unknown here`);
  const length = prefix.readUInt32BE(5);
  if (length > mostHeaderBytes) throw damaged(`a header of ${length} bytes`);
  return length;
}

/**
 * Reads what {@link encodeHeader} wrote. Nothing of it is authentic before the commitment was compared.
 *
 * @throws SidecarError `data_invalid`
 */
export function decodeHeader(body: Buffer): BackupHeader {
  const header = parse(body);
  if (typeof header !== 'object' || header === null || canonicalize(header) !== body.toString('utf8')) {
    throw damaged('the header is malformed');
  }
  if (!hasShape(header as BackupHeader)) throw damaged('the header is malformed');
  return header as BackupHeader;
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Anybody may have written it, and it is read, compared and shown before it is known to be authentic. */
function hasShape(header: BackupHeader): boolean {
  const { id, createdAt, software, log, base, stateRoot, stateCounter, counts, recipient, encapsulated } = header;
  const { algorithm, fingerprint, passphrase } = recipient ?? {};
  const bases = base === undefined ? [] : [base?.id, base?.sha256, base?.stateRoot];
  if (![id, software, stateRoot, fingerprint, encapsulated, ...bases].every(isLine)) return false;
  if (!isTime(createdAt) || !isCount(stateCounter) || !isLog(log) || !isCounts(counts)) return false;
  if (algorithm !== 'MLKEM768-X25519' && algorithm !== 'ML-KEM-768') return false;
  return passphrase === undefined || (passphrase !== null && isCost(passphrase));
}

function isLog(log: BackupLog | null | undefined): boolean {
  const { origin, keys, checkpoint } = log ?? {};
  if (!isLine(origin) || !Array.isArray(keys) || !keys.every(isLine)) return false;
  return typeof checkpoint === 'string' && checkpoint.split('\n').every(isLine);
}

function isCounts(counts: unknown): boolean {
  if (typeof counts !== 'object' || counts === null) return false;
  return Object.entries(counts).every(([kind, count]) => isLine(kind) && isCount(count));
}

/** Text that a terminal shows as it is: no control or format characters, no breaks. */
function isLine(text: unknown): boolean {
  return typeof text === 'string' && !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(text);
}

function isCount(count: unknown): boolean {
  return Number.isSafeInteger(count) && (count as number) >= 0;
}

/** Milliseconds that a date can have. */
function isTime(milliseconds: unknown): boolean {
  return isCount(milliseconds) && (milliseconds as number) <= 8.64e15;
}

/** A forged header must not take the memory of whoever opens it. */
export function isCost({ salt, memoryKib, passes, parallelism }: PassphraseCost): boolean {
  const numbers = [memoryKib, passes, parallelism];
  if (!numbers.every((number) => Number.isSafeInteger(number) && number >= 1)) return false;
  if (typeof salt !== 'string' || Buffer.from(salt, 'base64url').length !== 16) return false;
  return memoryKib <= 2 ** 20 && memoryKib >= 8 * parallelism && passes <= 16 && parallelism <= 16;
}
