import type { LengthOnly } from '../codec/arrays.ts';

/** Bytes for the application, or how many they are where it asked for that or has no room for them. */
export type Output = Buffer | LengthOnly;

/** Whether bytes fit; null asks for their length. */
export function fits(bytes: number, room: number | null): room is number {
  return room !== null && bytes <= room;
}

export function isDelivered(output: Output): output is Buffer {
  return Buffer.isBuffer(output);
}

/** The same memory. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
