import type { ErrorCode } from '../generated/errors.ts';
import type { Erasure } from './erasure.ts';
import type { Extent } from './tending.ts';

/** What the thread of the tree is asked, one for each method of `LogTree` that answers. */
export type TreeCall =
  | { readonly name: 'write'; readonly size: number }
  | { readonly name: 'published' }
  | { readonly name: 'records'; readonly start: number; readonly end: number }
  | { readonly name: 'inclusion'; readonly index: number; readonly size: number }
  | { readonly name: 'consistency'; readonly earlierSize: number; readonly size: number }
  | { readonly name: 'tend'; readonly group: number; readonly extent: Extent }
  | { readonly name: 'erase'; readonly erasure: Erasure };

/** A message to the thread. */
export type TreeMessage = { readonly name: 'add'; readonly payload: Uint8Array } | ({ readonly id: number } & TreeCall);

export type TreeAnswer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly code: ErrorCode; readonly detail: string | undefined };

/** Between threads a Buffer arrives as a plain byte array. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The same for every byte array in a value. */
export function buffersIn(value: unknown): unknown {
  if (value instanceof Uint8Array) return bufferOf(value);
  if (Array.isArray(value)) return value.map(buffersIn);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, buffersIn(member)]));
}
