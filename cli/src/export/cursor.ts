import { CliError } from '../errors.ts';
import { readKept } from '../log-reading/kept-file.ts';
import { writeOutputFile } from '../output-file.ts';

/** How far the records of a log were delivered. */
export interface Cursor {
  readonly origin: string;
  /** First record that was not delivered. */
  readonly next: number;
  /** The log as it was verified last: what follows must continue it. */
  readonly size: number;
  /** Root of the tree of that size, hexadecimal. */
  readonly root: string;
}

/**
 * The cursor in a file; undefined when there is none yet.
 *
 * @throws CliError 66, 65
 */
export function readCursor(path: string): Cursor | undefined {
  const text = readKept(path);
  if (text === undefined) return undefined;
  const cursor = parseCursor(text);
  if (cursor !== undefined) return cursor;
  throw new CliError(65, `${path} is not a cursor`, 'name the file of this export, or remove it to begin anew');
}

/**
 * Replaces the file whole, on stable storage.
 *
 * @throws CliError 73
 */
export function writeCursor(path: string, cursor: Cursor): void {
  writeOutputFile(path, Buffer.from(`${JSON.stringify(cursor)}\n`));
}

function parseCursor(text: string): Cursor | undefined {
  try {
    const { origin, next, size, root } = JSON.parse(text) as Partial<Cursor>;
    const isWhole = typeof origin === 'string' && isCount(next) && isCount(size) && next <= size;
    return isWhole && /^[0-9a-f]{64}$/.test(root ?? '') ? { origin, next, size, root: root ?? '' } : undefined;
  } catch {
    return undefined;
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
