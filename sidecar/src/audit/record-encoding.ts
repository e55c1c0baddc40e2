import { SidecarError } from '../errors.ts';
import { encodeAuditRecord } from '../generated/record-encoders.ts';
import type { AuditPersonal, AuditRecord } from '../generated/types.ts';
import { canonicalText } from './canonical-text.ts';
import { noOpening, sealPersonal } from './personal.ts';

/** What a caller knows of a record; the log adds the version, the time, its software and the commitment. */
export type AuditEntry = Omit<AuditRecord, 'v' | 'time' | 'software' | 'actor'> & {
  /** Who did it: kept beside the log, so that it can be erased. */
  readonly personal?: AuditPersonal;
};

/** Longest leaf in bytes: the length in an entry bundle is 16 bits wide (C2SP tlog-tiles, "Log entries"). */
export const maxEntryBytes = 65_535;

/** A record that waits for its place in a block. */
export interface EncodedRecord {
  /** The leaf. */
  readonly text: string;
  /** Length of `text` in UTF-8. */
  readonly textBytes: number;
  /** What its commitment is opened with; empty when it has none. */
  readonly opening: Uint8Array;
}

/**
 * The leaf of a record, in the encoding of RFC 8785, and the opening of its personal fields.
 *
 * @param timeMs milliseconds since 1970
 * @throws SidecarError `data_invalid` for text with a lone surrogate, a number that JSON cannot hold, or an entry that
 *   does not fit a bundle
 */
export function encodeRecord(entry: AuditEntry, timeMs: number, software: string): EncodedRecord {
  const sealed = entry.personal === undefined ? undefined : sealPersonal(entry.personal);
  const record: AuditRecord = { ...entry, v: 1, time: timeMs, software };
  if (sealed !== undefined) record.actor = sealed.actor;
  const text = encodeAuditRecord(record, canonicalText);
  const textBytes = Buffer.byteLength(text);
  const opening = sealed?.opening ?? noOpening;
  const longest = Math.max(textBytes, opening.length);
  if (longest > maxEntryBytes) throw tooBig(longest);
  return { text, textBytes, opening };
}

function tooBig(bytes: number): SidecarError {
  return new SidecarError('data_invalid', `audit record of ${bytes} bytes, at most ${maxEntryBytes}`);
}
