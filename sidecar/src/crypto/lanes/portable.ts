import type { Transferable } from 'node:worker_threads';
import { releaseBytes } from '../../released-bytes.ts';
import { secretMemory } from '../../secret.ts';

/** A value for another thread and the memory that moves there with it. */
export interface Portable<T> {
  readonly value: T;
  readonly transfer: readonly Transferable[];
}

/**
 * Gives every byte array of a plain object, at any depth, memory of its own, to be moved instead of cloned:
 * cloning a view copies the whole buffer behind it, which may be Node's shared pool, through buffers nobody wipes.
 */
export function portableCopy<T extends object>(source: T): Portable<T> {
  const transfer: Transferable[] = [];
  const value = mapBytes(source, (bytes) => {
    const own = secretMemory(bytes.length);
    own.set(bytes);
    transfer.push(own.buffer);
    return own;
  });
  return { value, transfer };
}

/** Like {@link portableCopy} for bytes that nobody else needs: moved as they are, or copied and wiped. */
export function portableResult<T>(source: T): Portable<T> {
  const transfer: Transferable[] = [];
  const move = (bytes: Uint8Array): Uint8Array => {
    const own = ownsItsMemory(bytes) ? bytes : takeOver(bytes);
    transfer.push(own.buffer as ArrayBuffer);
    return own;
  };
  return { value: mapBytes(source, move), transfer };
}

/** Wipes the byte arrays of a job that was posted to this thread. */
export function wipeBytes(job: object): void {
  mapBytes(job, (bytes) => {
    releaseBytes(bytes);
    return bytes;
  });
}

/** Rebuilds plain objects; class instances such as KeyObjects, and arrays, stay as they are. */
function mapBytes<T>(source: T, map: (bytes: Uint8Array) => Uint8Array): T {
  if (source instanceof Uint8Array) return map(source) as T;
  if (!isPlainObject(source)) return source;
  return Object.fromEntries(Object.entries(source).map(([name, member]) => [name, mapBytes(member, map)])) as T;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function ownsItsMemory(bytes: Uint8Array): boolean {
  return bytes.byteLength === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer;
}

function takeOver(bytes: Uint8Array): Buffer {
  const own = secretMemory(bytes.length);
  own.set(bytes);
  releaseBytes(bytes);
  return own;
}
