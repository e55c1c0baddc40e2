import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { CliError, systemCode } from './errors.ts';
import { lent } from './lending.ts';

/** Chunk for inputs whose length is not known before. */
const chunkBytes = 64 * 1024;

/** Most that is read into memory; what the sidecar takes in one piece is less, and the SDK knows it. */
const largestInputBytes = 256 * 1024 * 1024;

/**
 * Reads a whole file, or standard input for `-` and for no name, into memory of its own: the caller may zero it.
 *
 * @throws CliError 66 when it cannot be read, 65 when it has more than `limitBytes`
 */
export function readInput(file: string | undefined, limitBytes = largestInputBytes): Buffer<ArrayBuffer> {
  const given = lent()?.inputs?.get(file ?? '-');
  if (given !== undefined) return given;
  const name = file === undefined || file === '-' ? undefined : file;
  const descriptor = name === undefined ? 0 : openInput(name);
  try {
    return readAll(descriptor, name ?? 'standard input', limitBytes);
  } finally {
    if (name !== undefined) closeSync(descriptor);
  }
}

/**
 * Reads an open descriptor to its end. A socket could not be opened again by its name under /dev/fd.
 *
 * @throws CliError 66 when it cannot be read, 65 when it has more than `limitBytes`
 */
export function readDescriptor(descriptor: number, limitBytes: number): Buffer<ArrayBuffer> {
  return readAll(descriptor, `descriptor ${descriptor}`, limitBytes);
}

/** @throws CliError 66 */
export function openInput(name: string): number {
  try {
    return openSync(name, 'r');
  } catch (error) {
    throw unreadable(name, error);
  }
}

function readAll(descriptor: number, name: string, limitBytes: number): Buffer<ArrayBuffer> {
  let buffer = Buffer.allocUnsafeSlow(firstSize(descriptor, name, limitBytes));
  let length = 0;
  for (;;) {
    if (length === buffer.length) buffer = grown(buffer);
    const count = readSome(descriptor, buffer, length, name);
    length += count;
    if (length > limitBytes) throw tooBig(buffer, name, limitBytes);
    if (count === 0) return buffer.subarray(0, length);
  }
}

/** One byte more than the file has, so that its end shows without growing. */
function firstSize(descriptor: number, name: string, limitBytes: number): number {
  try {
    const status = fstatSync(descriptor);
    return status.isFile() ? Math.min(status.size, limitBytes) + 1 : chunkBytes;
  } catch (error) {
    throw unreadable(name, error);
  }
}

function grown(buffer: Buffer): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafeSlow(buffer.length * 2);
  buffer.copy(larger);
  buffer.fill(0);
  return larger;
}

function readSome(descriptor: number, buffer: Buffer, offset: number, name: string): number {
  for (;;) {
    try {
      return readSync(descriptor, buffer, offset, buffer.length - offset, null);
    } catch (error) {
      // A pipe that another process made non-blocking has nothing yet.
      if (systemCode(error) !== 'EAGAIN') throw unreadable(name, error);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

export function unreadable(name: string, error: unknown): CliError {
  return new CliError(
    66,
    `cannot read ${name} (${systemCode(error) ?? 'unknown reason'})`,
    'check name and permissions',
  );
}

function tooBig(buffer: Buffer, name: string, limitBytes: number): CliError {
  buffer.fill(0);
  return new CliError(65, `${name} has more than ${limitBytes} bytes`, 'give it in parts');
}
