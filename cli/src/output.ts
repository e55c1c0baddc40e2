import { styleText } from 'node:util';
import { CliError } from './errors.ts';
import type { GlobalOptions } from './global-options.ts';
import { lent } from './lending.ts';
import { type OutputFileOptions, writeOutputFile } from './output-file.ts';
import { table } from './table.ts';
import { terminalWidth } from './terminal.ts';
import { stopWaiting } from './waiting-line.ts';

/** How bytes are shown as text. */
export type TextEncoding = 'base64url' | 'hex';

export interface BytesOptions extends OutputFileOptions {
  /** A file, or `-` for standard output even when that is a terminal. */
  readonly out?: string | undefined;
  readonly encoding?: TextEncoding | undefined;
  /** What a terminal may show when all of it is printable text. */
  readonly perhapsText?: boolean;
}

/** Where a command puts what it has to say: data to standard output, everything else to standard error. */
export interface Output {
  readonly json: boolean;
  /** Remarks are not wanted. */
  readonly quiet: boolean;
  /** Columns of the terminal that shows the text; undefined where it goes elsewhere. */
  readonly width: number | undefined;
  /** The result of an RPC method as JSON with `--json`, else the text. */
  result(value: unknown, text: string): Promise<void>;
  /** The same for a listing, whose table fits the terminal; nothing is said of no rows. */
  table(value: unknown, heading: readonly string[], rows: readonly (readonly string[])[]): Promise<void>;
  /**
   * Bytes, raw unless an encoding is asked for; with `--json` the result that holds them. Binary is refused to a
   * terminal.
   */
  bytes(bytes: Uint8Array, result: unknown, options: BytesOptions): Promise<void>;
  /** A remark; not with `--quiet`. */
  note(text: string): void;
  /** What must be read, even with `--quiet`. */
  warn(text: string): void;
}

/**
 * That of the process, unless another was lent.
 *
 * @param file that takes the result, instead of standard output
 */
export function createOutput(options: GlobalOptions, file?: string): Output {
  return lent()?.output ?? processOutput(options, file);
}

export function processOutput({ json = false, quiet = false, force }: GlobalOptions, file?: string): Output {
  const width = file === undefined ? terminalWidth() : undefined;
  const write = (text: string) =>
    writeContent(Buffer.from(json ? text : withLineEnd(text)), { out: file, secret: true, force });
  const result = (value: unknown, text: string) => write(json ? jsonText(value) : text);
  return {
    json,
    quiet,
    width,
    result,
    table: (value, heading, rows) => result(value, rows.length === 0 ? '' : table(heading, rows, width)),
    bytes: (bytes, value, { out = file, ...options }) =>
      json ? writeContent(Buffer.from(jsonText(value)), { out, ...options }) : writeBytes(bytes, { out, ...options }),
    note: (text) => {
      stopWaiting();
      if (!quiet) process.stderr.write(`ferrohsm: ${text}\n`);
    },
    warn: (text) => {
      stopWaiting();
      process.stderr.write(`ferrohsm: ${styleText('yellow', 'warning:', { stream: process.stderr })} ${text}\n`);
    },
  };
}

/** JSON in which bytes are base64url. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(toPlain(value), null, 2)}\n`;
}

/** A copy whose bytes are base64url strings, as in the sidecar's plain JSON. */
function toPlain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64url');
  if (Array.isArray(value)) return value.map(toPlain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, toPlain(member)]));
}

async function writeBytes(bytes: Uint8Array, options: BytesOptions): Promise<void> {
  const { out, encoding } = options;
  if (encoding === undefined && out === undefined) refuseTerminal(bytes, options.perhapsText ?? false);
  const content = encoding === undefined ? bytes : Buffer.from(`${Buffer.from(bytes).toString(encoding)}\n`);
  await writeContent(content, options);
}

async function writeContent(content: Uint8Array, options: BytesOptions): Promise<void> {
  const { out = '-' } = options;
  if (out === '-') await writeData(content);
  else writeOutputFile(out, content, options);
}

function refuseTerminal(bytes: Uint8Array, perhapsText: boolean): void {
  if (!process.stdout.isTTY || (perhapsText && isPrintable(bytes))) return;
  throw new CliError(
    2,
    'refusing to output binary to the terminal',
    'write a file with --out FILE, or force with --out -',
  );
}

/** Whether all of it is text that a terminal shows as it is. */
export function isPrintable(bytes: Uint8Array): boolean {
  try {
    return !/[^\P{C}\n\r\t]/u.test(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return false;
  }
}

function withLineEnd(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

/** @throws CliError 73 */
export function writeData(data: string | Uint8Array): Promise<void> {
  stopWaiting();
  return new Promise((resolve, reject) => {
    process.stdout.write(data, (error) => (error ? reject(brokenOutput(error)) : resolve()));
  });
}

function brokenOutput(error: Error): CliError {
  return new CliError(73, 'cannot write standard output', 'the reader went away, or the disk is full', {
    cause: error,
  });
}
