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
  /** Root over its full bundles alone: what is left to compare when the last one was pruned. */
  readonly bundlesRoot: string;
  /** Records of the key rotations up to there. */
  readonly successions: readonly string[];
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
    const cursor = JSON.parse(text) as Partial<Cursor>;
    return isCursor(cursor) ? cursor : undefined;
  } catch {
    return undefined;
  }
}

function isCursor(value: Partial<Cursor>): value is Cursor {
  const { origin, next, size, root, bundlesRoot, successions } = value;
  const areTexts = Array.isArray(successions) && successions.every((item) => typeof item === 'string');
  const isPlace = isCount(next) && isCount(size) && next <= size;
  return typeof origin === 'string' && isPlace && isRoot(root) && isRoot(bundlesRoot) && areTexts;
}

function isRoot(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
