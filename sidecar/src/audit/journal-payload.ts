import { decodeBundle, encodeBundle } from './tiles.ts';
import { HASH_BYTES, type TreeHead } from './tree.ts';

/** First byte of a payload. */
export const PAYLOAD_HEADER = 1;
export const PAYLOAD_RECORDS = 2;
export const PAYLOAD_CHECKPOINT = 3;

const FORMAT = 1;
const CHECKPOINT_BYTES = 8 + 2 * HASH_BYTES;
const HEADER_FIXED_BYTES = 1 + 1 + 4 + 1 + 8 + HASH_BYTES + CHECKPOINT_BYTES;
const RECORD_LENGTH_BYTES = 2;

/** A checkpoint as the journal remembers it: its head, and the SHA-256 of the whole note with both signatures. */
export interface CheckpointMark extends TreeHead {
  readonly noteDigest: Buffer;
}

/** First frame of each segment: ties it to its log, its place and the segment before. */
export interface SegmentHeader {
  readonly sequence: number;
  /** Holds the whole unsigned tail, so that all earlier segments are void. */
  readonly startsOver: boolean;
  /** Leaf index of the first record in it. */
  readonly firstIndex: number;
  /** MAC of the last frame of the segment before. */
  readonly previousMac: Buffer;
  /** The newest checkpoint at that moment. */
  readonly checkpoint: CheckpointMark;
  readonly origin: string;
}

export function encodeHeader(header: SegmentHeader): Buffer {
  const fixed = Buffer.alloc(HEADER_FIXED_BYTES);
  let at = fixed.writeUInt8(PAYLOAD_HEADER, 0);
  at = fixed.writeUInt8(FORMAT, at);
  at = fixed.writeUInt32BE(header.sequence, at);
  at = fixed.writeUInt8(header.startsOver ? 1 : 0, at);
  at = fixed.writeBigUInt64BE(BigInt(header.firstIndex), at);
  at += header.previousMac.copy(fixed, at);
  writeMark(fixed, at, header.checkpoint);
  return Buffer.concat([fixed, Buffer.from(header.origin)]);
}

export function decodeHeader(payload: Buffer): SegmentHeader | undefined {
  if (payload.length < HEADER_FIXED_BYTES || payload[0] !== PAYLOAD_HEADER || payload[1] !== FORMAT) return undefined;
  const macStart = 15;
  const markStart = macStart + HASH_BYTES;
  return {
    sequence: payload.readUInt32BE(2),
    startsOver: payload[6] === 1,
    firstIndex: Number(payload.readBigUInt64BE(7)),
    previousMac: payload.subarray(macStart, markStart),
    checkpoint: readMark(payload, markStart),
    origin: payload.subarray(HEADER_FIXED_BYTES).toString(),
  };
}

export function encodeMark(mark: CheckpointMark): Buffer {
  const payload = Buffer.alloc(1 + CHECKPOINT_BYTES);
  payload.writeUInt8(PAYLOAD_CHECKPOINT, 0);
  writeMark(payload, 1, mark);
  return payload;
}

export function decodeMark(payload: Buffer): CheckpointMark | undefined {
  return payload.length === 1 + CHECKPOINT_BYTES ? readMark(payload, 1) : undefined;
}

function writeMark(target: Buffer, offset: number, mark: CheckpointMark): void {
  target.writeBigUInt64BE(BigInt(mark.size), offset);
  mark.root.copy(target, offset + 8);
  mark.noteDigest.copy(target, offset + 8 + HASH_BYTES);
}

function readMark(source: Buffer, offset: number): CheckpointMark {
  const rootStart = offset + 8;
  const digestStart = rootStart + HASH_BYTES;
  return {
    size: Number(source.readBigUInt64BE(offset)),
    root: source.subarray(rootStart, digestStart),
    noteDigest: source.subarray(digestStart, digestStart + HASH_BYTES),
  };
}

/** A record that waits for its place in a block; `bytes` is the length of `text` in UTF-8. */
export interface RecordText {
  readonly text: string;
  readonly bytes: number;
}

/** Length of a payload that holds these records. */
export function recordsPayloadBytes(records: readonly RecordText[]): number {
  let total = 1;
  for (const { bytes } of records) total += RECORD_LENGTH_BYTES + bytes;
  return total;
}

/** Writes records as 16-bit length and text; answers the entries as views into the payload. */
export function fillRecords(payload: Buffer, records: readonly RecordText[]): Buffer[] {
  const entries: Buffer[] = [];
  let at = payload.writeUInt8(PAYLOAD_RECORDS, 0);
  for (const { text, bytes } of records) {
    const start = payload.writeUInt16BE(bytes, at);
    at = start + payload.write(text, start, 'utf8');
    entries.push(payload.subarray(start, at));
  }
  return entries;
}

/** The same for records that are encoded already: after the first byte the layout is that of an entry bundle. */
export function encodeRecords(entries: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.of(PAYLOAD_RECORDS), encodeBundle(entries)]);
}

/** The entries of a records payload, or undefined when a length does not fit. */
export function decodeRecords(payload: Buffer): Buffer[] | undefined {
  return decodeBundle(payload.subarray(1));
}
