import type { CopiedRow } from '../copied-rows.ts';
import { Secret } from '../secret.ts';
import { damaged } from './refusal.ts';

/** The end of a backup: what it should have held. */
export interface BackupManifest {
  readonly rows: number;
  /** Rows by kind; those of an increment are fewer than the rows of the store. */
  readonly counts: Readonly<Record<string, number>>;
  /** Rows of the base that the store had no more. */
  readonly removed: number;
  readonly stateRoot: string;
  readonly stateCounter: number;
}

/** A row, or the path of one that the base has and the store had no more. */
export type RowRecord = { readonly row: CopiedRow } | { readonly removed: string };

export type BackupRecord = RowRecord | { readonly manifest: BackupManifest };

/** First byte of a record. */
const kinds = Object.freeze({ plain: 1, secret: 2, withheld: 3, manifest: 4, removed: 5 });
const hashBytes = 32;
/** What a record says of its length: type, then lengths of path, value, hash and secret. */
export const recordHeadBytes = 1 + 2 + 4 + 1 + 4;
/** Far above any row; a forged length takes no memory. */
const mostPartBytes = 16 * 1024 * 1024;

interface RecordHead {
  readonly kind: number;
  readonly path: number;
  readonly value: number;
  readonly hash: number;
  readonly secret: number;
}

/** The record of a row in memory of its own, which the caller wipes. */
export function encodeRow({ path, value, hash, secret }: CopiedRow): Buffer {
  const kind = secret !== undefined ? kinds.secret : hash !== undefined ? kinds.withheld : kinds.plain;
  return encode(kind, [Buffer.from(path, 'utf8'), value, hash ?? Buffer.alloc(0), secret?.bytes ?? Buffer.alloc(0)]);
}

export function encodeRemoval(path: string): Buffer {
  const none = Buffer.alloc(0);
  return encode(kinds.removed, [Buffer.from(path, 'utf8'), none, none, none]);
}

export function encodeManifest(manifest: BackupManifest): Buffer {
  const none = Buffer.alloc(0);
  return encode(kinds.manifest, [none, Buffer.from(JSON.stringify(manifest), 'utf8'), none, none]);
}

function encode(kind: number, parts: readonly [path: Buffer, value: Buffer, hash: Buffer, secret: Buffer]): Buffer {
  const [path, value, hash, secret] = parts;
  const size = parts.reduce((sum, part) => sum + part.length, recordHeadBytes);
  const record = Buffer.allocUnsafeSlow(size);
  record.writeUInt8(kind, 0);
  record.writeUInt16BE(path.length, 1);
  record.writeUInt32BE(value.length, 3);
  record.writeUInt8(hash.length, 7);
  record.writeUInt32BE(secret.length, 8);
  let at = recordHeadBytes;
  for (const part of parts) at += part.copy(record, at);
  return record;
}

/**
 * Bytes that follow the head of a record.
 *
 * @throws SidecarError `data_invalid`
 */
export function recordBodyBytes(head: Buffer): number {
  const { kind, path, value, hash, secret } = readHead(head);
  const isKnown = Object.values(kinds).includes(kind as 1);
  if (!isKnown || value > mostPartBytes || secret > mostPartBytes || (hash !== 0 && hash !== hashBytes)) {
    throw damaged('a record is malformed');
  }
  return path + value + hash + secret;
}

/** The record; its secret is in memory of its own, and `body` the caller's to wipe. */
export function decodeRecord(head: Buffer, body: Buffer): BackupRecord {
  const sizes = readHead(head);
  let at = 0;
  const part = (bytes: number) => {
    at += bytes;
    return body.subarray(at - bytes, at);
  };
  const path = part(sizes.path).toString('utf8');
  const value = Buffer.from(part(sizes.value));
  if (sizes.kind === kinds.manifest) return { manifest: JSON.parse(value.toString('utf8')) as BackupManifest };
  if (sizes.kind === kinds.removed) return { removed: path };
  if (sizes.kind === kinds.plain) return { row: { path, value } };
  const hash = Buffer.from(part(sizes.hash));
  if (sizes.kind === kinds.withheld) return { row: { path, value, hash } };
  return { row: { path, value, hash, secret: Secret.copy(part(sizes.secret)) } };
}

/** Where a record belongs among the others. */
export function pathOf(record: RowRecord): string {
  return 'row' in record ? record.row.path : record.removed;
}

/** Orders paths as their bytes are ordered. */
export function comparePaths(left: string, right: string): number {
  return left === right ? 0 : Buffer.compare(Buffer.from(left, 'utf8'), Buffer.from(right, 'utf8'));
}

function readHead(head: Buffer): RecordHead {
  return {
    kind: head.readUInt8(0),
    path: head.readUInt16BE(1),
    value: head.readUInt32BE(3),
    hash: head.readUInt8(7),
    secret: head.readUInt32BE(8),
  };
}
