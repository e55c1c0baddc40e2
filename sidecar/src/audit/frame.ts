import { timingSafeEqual } from 'node:crypto';
import { type KeyedMac, macBytes, macRoom } from './mac.ts';

/**
 * A journal segment is a sequence of frames: payload length (u32), its complement, payload, MAC, end mark. The MAC
 * also covers the MAC of the frame before. The complement finds a damaged length, which would otherwise look like a
 * torn write; it needs no key, because whoever can write the file can cut it as well. The end mark is not zero, so
 * that a write that stopped early, which leaves zeros, is told from a damaged one.
 */
const lengthBytes = 8;
/** Longest payload in bytes: blocks are closed at 1 MiB, a last record of 64 KiB may pass that. */
const maxPayloadBytes = 2 << 20;
export const chainStart: Buffer = Buffer.alloc(macBytes);

/** Disks write sectors of at least this size, each as a whole. */
const sectorBytes = 512;
const endMark = 0xff;
const endBytes = 1;
const overheadBefore = macRoom + macBytes;

/** Bytes that a payload of that length takes on disk. */
function frameBytes(payloadBytes: number): number {
  return lengthBytes + payloadBytes + macBytes + endBytes;
}

export interface EncodedFrame {
  readonly bytes: Buffer;
  readonly mac: Buffer;
}

/** Builds a frame in one buffer; `fill` writes the payload into the part that it is given. */
export function encodeFrame(
  mac: KeyedMac,
  previousMac: Buffer,
  payloadBytes: number,
  fill: (payload: Buffer) => void,
): EncodedFrame {
  const buffer = Buffer.allocUnsafe(overheadBefore + frameBytes(payloadBytes));
  previousMac.copy(buffer, macRoom);
  buffer.writeUInt32BE(payloadBytes, overheadBefore);
  buffer.writeUInt32BE(~payloadBytes >>> 0, overheadBefore + 4);
  const payloadStart = overheadBefore + lengthBytes;
  const payloadEnd = payloadStart + payloadBytes;
  fill(buffer.subarray(payloadStart, payloadEnd));
  const tag = mac.digest(buffer.subarray(0, payloadEnd));
  tag.copy(buffer, payloadEnd);
  buffer.writeUInt8(endMark, payloadEnd + macBytes);
  return { bytes: buffer.subarray(overheadBefore), mac: tag };
}

/**
 * What stands at an offset of a segment: a frame; its clean end; the rest of a write that a crash cut (`torn`),
 * which was never acknowledged; or anything else, which is damage.
 */
export type FrameReading =
  | { readonly kind: 'frame'; readonly payload: Buffer; readonly mac: Buffer; readonly end: number }
  | { readonly kind: 'end' | 'torn' }
  | { readonly kind: 'damaged'; readonly reason: string };

export function readFrame(segment: Buffer, offset: number, mac: KeyedMac, previousMac: Buffer): FrameReading {
  const rest = segment.length - offset;
  if (rest < lengthBytes) return { kind: isZero(segment, offset, segment.length) ? 'end' : 'torn' };
  const length = segment.readUInt32BE(offset);
  const complement = segment.readUInt32BE(offset + 4);
  if (length === 0 && complement === 0) return readUnwritten(segment, offset);
  if (complement !== ~length >>> 0) return tornOrDamaged(segment, offset, offset + lengthBytes, 'length');
  if (length === 0 || length > maxPayloadBytes) return { kind: 'damaged', reason: 'length' };
  const end = offset + frameBytes(length);
  if (end > segment.length) return { kind: 'torn' };
  const payloadEnd = offset + lengthBytes + length;
  const tag = frameMac(segment, offset, payloadEnd, mac, previousMac);
  const isMarked = segment[end - endBytes] === endMark;
  if (isMarked && timingSafeEqual(tag, segment.subarray(payloadEnd, payloadEnd + macBytes))) {
    return { kind: 'frame', payload: segment.subarray(offset + lengthBytes, payloadEnd), mac: tag, end };
  }
  if (!isZero(segment, end, segment.length)) return { kind: 'damaged', reason: 'mac' };
  return tornOrDamaged(segment, offset, end, 'mac');
}

function frameMac(segment: Buffer, start: number, end: number, mac: KeyedMac, previousMac: Buffer): Buffer {
  return mac.digest(Buffer.concat([Buffer.alloc(macRoom), previousMac, segment.subarray(start, end)]));
}

/** Preallocated zeros, unless a later sector of a cut write reached the disk and the first did not. */
function readUnwritten(segment: Buffer, offset: number): FrameReading {
  if (!isZero(segment, offset, Math.min(sectorEnd(offset), segment.length))) {
    return { kind: 'damaged', reason: 'length' };
  }
  return { kind: isZero(segment, offset, segment.length) ? 'end' : 'torn' };
}

/** A write that stopped early leaves zeros at its end; one that lost power leaves them in at least one sector. */
function tornOrDamaged(segment: Buffer, start: number, end: number, reason: string): FrameReading {
  if (isZero(segment, end - endBytes, segment.length)) return { kind: 'torn' };
  for (let at = start; at < end; at = sectorEnd(at)) {
    if (isZero(segment, at, Math.min(sectorEnd(at), end))) return { kind: 'torn' };
  }
  return { kind: 'damaged', reason };
}

function sectorEnd(offset: number): number {
  return (Math.floor(offset / sectorBytes) + 1) * sectorBytes;
}

function isZero(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i += 1) if (bytes[i] !== 0) return false;
  return true;
}
