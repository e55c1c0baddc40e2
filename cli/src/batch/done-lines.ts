import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { CliError } from '../errors.ts';
import { unreadable } from '../input.ts';
import { unwritable } from '../output-file.ts';
import type { CommandLine } from './command-lines.ts';

/**
 * Which lines of a batch file are done, in a file beside it, so that a batch that was interrupted goes on where it was. It
 * holds numbers and digests only.
 */
export class DoneLines {
  readonly #path: string;

  /** @param file of the batch */
  constructor(file: string) {
    this.#path = `${file}.done`;
  }

  /** @throws CliError 6 where an earlier run stopped, and nobody said whether to go on */
  requireNone(): void {
    if (!existsSync(this.#path)) return;
    throw new CliError(6, `an earlier run stopped: ${this.#path}`, 'go on with --resume, or remove that file');
  }

  /**
   * The lines that are not done.
   *
   * @throws CliError 65 when a line that is done is another one now, 66
   */
  remaining(lines: readonly CommandLine[]): CommandLine[] {
    const done = this.#read();
    for (const [number, digest] of done) {
      const line = lines.find((each) => each.number === number);
      if (line !== undefined && digestOf(line) === digest) continue;
      throw new CliError(65, `line ${number} was changed since it was done`, `put it back, or remove ${this.#path}`);
    }
    return lines.filter(({ number }) => !done.has(number));
  }

  /** @throws CliError 73 */
  add(line: CommandLine): void {
    try {
      appendFileSync(this.#path, `${line.number} ${digestOf(line)}\n`, { mode: 0o600, flush: true });
    } catch (error) {
      throw unwritable(this.#path, error);
    }
  }

  /** Nothing is left to be done. */
  forget(): void {
    rmSync(this.#path, { force: true });
  }

  #read(): Map<number, string> {
    if (!existsSync(this.#path)) return new Map();
    try {
      const entries = readFileSync(this.#path, 'utf8').split('\n').filter(Boolean);
      return new Map(entries.map((entry) => entry.split(' ')).map(([number, digest = '']) => [Number(number), digest]));
    } catch (error) {
      throw unreadable(this.#path, error);
    }
  }
}

function digestOf({ text }: CommandLine): string {
  return createHash('sha256').update(text).digest('base64url');
}
