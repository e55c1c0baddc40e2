import type { AcvpCase } from './vector-files.ts';

/** A field of hexadecimal digits as bytes; of one that the vector does not have nothing is assumed. */
export function bytesOf(vector: AcvpCase, field: string): Uint8Array<ArrayBuffer> {
  const value = vector[field];
  if (typeof value !== 'string') throw new Error(`case ${vector.tcId} has no ${field}`);
  return fromHex(value);
}

export function fromHex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(text, 'hex'));
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(text, 'base64'));
}

export function toHex(bytes: ArrayBuffer | Uint8Array): string {
  return Buffer.from(bytes as Uint8Array).toString('hex');
}

export function join(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.concat(parts));
}

/** The same bytes with one bit changed. */
export function flipBit(bytes: Uint8Array, index: number): Uint8Array<ArrayBuffer> {
  const changed = Uint8Array.from(bytes);
  changed[index] = (changed[index] ?? 0) ^ 1;
  return changed;
}
