import { hash, randomFillSync } from 'node:crypto';
import { encodeAuditPersonal } from '../generated/record-encoders.ts';
import type { AuditPersonal } from '../generated/types.ts';
import { canonicalText } from './canonical-text.ts';

/** Of a record without personal fields, or whose fields were erased. */
export const noOpening: Buffer = Buffer.alloc(0);

const label = Buffer.from('ferrohsm/audit-personal/v1\0');
const saltBytes = 16;

/** Salts that were drawn ahead: one call of the random source for many records. */
const salts = Buffer.alloc(saltBytes * 256);
let saltsUsed = salts.length;

/** Most records of a session are about the same person: the same object is encoded once. */
const encodings = new WeakMap<AuditPersonal, Buffer>();

export interface SealedPersonal {
  /** The commitment, which the leaf holds. */
  readonly actor: string;
  /** Salt and fields, which are kept beside the log. */
  readonly opening: Buffer;
}

/**
 * Commits to the personal fields of one record: SHA-256 of label, salt and their RFC 8785 encoding. With the salt erased,
 * nobody can find out by guessing what the leaf committed to, and the tree still verifies.
 */
export function sealPersonal(personal: AuditPersonal): SealedPersonal {
  const encoding = encodingOf(personal);
  const input = Buffer.allocUnsafe(label.length + saltBytes + encoding.length);
  label.copy(input);
  drawSalt(input, label.length);
  encoding.copy(input, label.length + saltBytes);
  return { actor: hash('sha256', input, 'base64url'), opening: input.subarray(label.length) };
}

/** The fields in an opening; undefined when there is none, or when it is not the one that the leaf committed to. */
export function openPersonal(opening: Uint8Array, actor: string | undefined): AuditPersonal | undefined {
  if (opening.length <= saltBytes || commitmentOf(opening) !== actor) return undefined;
  return JSON.parse(Buffer.from(opening.subarray(saltBytes)).toString()) as AuditPersonal;
}

function commitmentOf(opening: Uint8Array): string {
  return hash('sha256', Buffer.concat([label, opening]), 'base64url');
}

function encodingOf(personal: AuditPersonal): Buffer {
  const known = encodings.get(personal);
  if (known !== undefined) return known;
  const encoding = Buffer.from(encodeAuditPersonal(personal, canonicalText));
  encodings.set(personal, encoding);
  return encoding;
}

function drawSalt(target: Buffer, offset: number): void {
  if (saltsUsed === salts.length) {
    randomFillSync(salts);
    saltsUsed = 0;
  }
  const end = saltsUsed + saltBytes;
  salts.copy(target, offset, saltsUsed, end);
  salts.fill(0, saltsUsed, end);
  saltsUsed = end;
}
