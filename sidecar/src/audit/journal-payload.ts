import type { LoggedRecord } from './logged-record.ts';
import { noOpening } from './personal.ts';
import type { EncodedRecord } from './record-encoding.ts';
import { decodeBundle, encodeBundle } from './tiles.ts';
import { hashBytes, type TreeHead } from './tree.ts';

/** First byte of a payload. */
const payloadHeader = 1;
export const payloadRecords = 2;
export const payloadCheckpoint = 3;

const formatVersion = 2;
const checkpointBytes = 8 + 2 * hashBytes;
const headerFixedBytes = 1 + 1 + 4 + 1 + 8 + hashBytes + checkpointBytes;
const lengthBytes = 2;

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
  const fixed = Buffer.alloc(headerFixedBytes);
  let at = fixed.writeUInt8(payloadHeader, 0);
  at = fixed.writeUInt8(formatVersion, at);
  at = fixed.writeUInt32BE(header.sequence, at);
  at = fixed.writeUInt8(header.startsOver ? 1 : 0, at);
  at = fixed.writeBigUInt64BE(BigInt(header.firstIndex), at);
  at += header.previousMac.copy(fixed, at);
  writeMark(fixed, at, header.checkpoint);
  return Buffer.concat([fixed, Buffer.from(header.origin)]);
}

export function decodeHeader(payload: Buffer): SegmentHeader | undefined {
  if (payload.length < headerFixedBytes || payload[0] !== payloadHeader || payload[1] !== formatVersion)
    return undefined;
  const macStart = 15;
  const markStart = macStart + hashBytes;
  return {
    sequence: payload.readUInt32BE(2),
    startsOver: payload[6] === 1,
    firstIndex: Number(payload.readBigUInt64BE(7)),
    previousMac: payload.subarray(macStart, markStart),
    checkpoint: readMark(payload, markStart),
    origin: payload.subarray(headerFixedBytes).toString(),
  };
}

export function encodeMark(mark: CheckpointMark): Buffer {
  const payload = Buffer.alloc(1 + checkpointBytes);
  payload.writeUInt8(payloadCheckpoint, 0);
  writeMark(payload, 1, mark);
  return payload;
}

export function decodeMark(payload: Buffer): CheckpointMark | undefined {
  return payload.length === 1 + checkpointBytes ? readMark(payload, 1) : undefined;
}

function writeMark(target: Buffer, offset: number, mark: CheckpointMark): void {
  target.writeBigUInt64BE(BigInt(mark.size), offset);
  mark.root.copy(target, offset + 8);
  mark.noteDigest.copy(target, offset + 8 + hashBytes);
}

function readMark(source: Buffer, offset: number): CheckpointMark {
  const rootStart = offset + 8;
  const digestStart = rootStart + hashBytes;
  return {
    size: Number(source.readBigUInt64BE(offset)),
    root: source.subarray(rootStart, digestStart),
    noteDigest: source.subarray(digestStart, digestStart + hashBytes),
  };
}

/** Length of a payload that holds these records. */
export function recordsPayloadBytes(records: readonly EncodedRecord[]): number {
  let total = 1;
  for (const record of records) total += recordBytes(record);
  return total;
}

/** Bytes that a record takes in a payload. */
export function recordBytes({ textBytes, opening }: EncodedRecord): number {
  return 2 * lengthBytes + textBytes + opening.length;
}

/** Writes each record as its leaf and its opening, both with their length before them. */
export function fillRecords(payload: Buffer, records: readonly EncodedRecord[]): void {
  let at = payload.writeUInt8(payloadRecords, 0);
  for (const { text, textBytes, opening } of records) {
    at = payload.writeUInt16BE(textBytes, at);
    at += payload.write(text, at, 'utf8');
    at = payload.writeUInt16BE(opening.length, at);
    payload.set(opening, at);
    at += opening.length;
  }
}

/** The same for records that are encoded already: after the first byte the layout is that of an entry bundle. */
export function encodeRecords(records: readonly LoggedRecord[]): Buffer {
  return Buffer.concat([
    Buffer.of(payloadRecords),
    encodeBundle(records.flatMap(({ leaf, opening }) => [leaf, opening])),
  ]);
}

/** The records of a payload, or undefined when a length does not fit. */
export function decodeRecords(payload: Buffer): LoggedRecord[] | undefined {
  const parts = decodeBundle(payload.subarray(1));
  if (parts === undefined || parts.length % 2 !== 0) return undefined;
  return Array.from({ length: parts.length / 2 }, (_, i) => ({
    leaf: parts[2 * i] ?? noOpening,
    opening: parts[2 * i + 1] ?? noOpening,
  }));
}
