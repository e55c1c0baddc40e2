import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { CliError } from '../errors.ts';
import { unreadable } from '../input.ts';

/** A line of a file that is not blank. */
export interface TextLine {
  /** From 1. */
  readonly number: number;
  /** Without the white space around it; undefined for what is not UTF-8. */
  readonly text: string | undefined;
  /** The bytes of the file that belong to it: its own with the line feed, and blank lines before it. */
  readonly bytes: Buffer;
}

/** A wrapped data key has some thousand characters at most. */
const longestBytes = 1 << 20;
const lineFeed = 0x0a;

/** Where in a file to begin. */
export interface LinePlace {
  readonly offsetBytes: number;
  /** Lines before that. */
  readonly lines: number;
}

/** Whether a line has its line feed: without, somebody may be writing it. */
export function isEnded({ bytes }: TextLine): boolean {
  return bytes.at(-1) === lineFeed;
}

/** The bytes of a line with something else in place of its text; blank lines and white space stay. */
export function withText({ text, bytes }: TextLine & { readonly text: string }, changed: string): Buffer {
  const start = bytes.indexOf(text);
  const end = start + Buffer.byteLength(text);
  return Buffer.concat([bytes.subarray(0, start), Buffer.from(changed), bytes.subarray(end)]);
}

/**
 * The lines of a file, in constant memory.
 *
 * @throws CliError 66 when it cannot be read, 65 for a line of more than 1 MiB
 */
export async function* textLines(path: string, { offsetBytes, lines }: LinePlace): AsyncGenerator<TextLine, void> {
  let number = lines;
  let held: Buffer = Buffer.alloc(0);
  // Blank lines that wait for the next that is not.
  let blank: Buffer = Buffer.alloc(0);
  function* line(bytes: Buffer): Generator<TextLine, void> {
    number += 1;
    const text = isUtf8(bytes) ? bytes.toString('utf8').trim() : undefined;
    const all = blank.length === 0 ? bytes : Buffer.concat([blank, bytes]);
    blank = text === '' ? all : Buffer.alloc(0);
    if (text !== '') yield { number, text, bytes: all };
  }
  for await (const piece of pieces(path, offsetBytes)) {
    let bytes = held.length === 0 ? piece : Buffer.concat([held, piece]);
    for (let end = bytes.indexOf(lineFeed); end >= 0; end = bytes.indexOf(lineFeed)) {
      yield* line(bytes.subarray(0, end + 1));
      bytes = bytes.subarray(end + 1);
    }
    if (bytes.length > longestBytes) throw new CliError(65, `line ${number + 1} of ${path} has more than 1 MiB`);
    held = bytes;
  }
  if (held.length > 0) yield* line(held);
}

async function* pieces(path: string, start: number): AsyncGenerator<Buffer, void> {
  try {
    yield* createReadStream(path, { start });
  } catch (error) {
    throw unreadable(path, error);
  }
}
