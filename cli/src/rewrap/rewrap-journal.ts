import { rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { CliError } from '../errors.ts';
import { requireOwnFile } from './own-file.ts';
import type { RewrapCounts } from './rewrap-tally.ts';

/** How far a job over the lines of a file has come. */
export interface RewrapCheckpoint {
  /** Bytes and lines of the input whose outcome is in the draft. */
  readonly inputBytes: number;
  readonly lines: number;
  /** SHA-256 of those bytes, hexadecimal. */
  readonly inputSha256: string;
  /** Bytes of the draft that count; what is behind them was written by an attempt that was killed. */
  readonly draftBytes: number;
  readonly counts: RewrapCounts;
}

const sqliteBusy = 5;
const schema = `
  PRAGMA locking_mode = EXCLUSIVE;
  BEGIN EXCLUSIVE;
  CREATE TABLE IF NOT EXISTS checkpoint (only INTEGER PRIMARY KEY CHECK (only = 1), value TEXT NOT NULL) STRICT;
  COMMIT;
`;

/**
 * The checkpoints of a job, in a file beside its output. SQLite writes each of them wholly or not at all, on stable
 * storage, and its exclusive lock, which falls with the process however that dies, keeps a second job away.
 */
export class RewrapJournal implements Disposable {
  readonly #path: string;
  readonly #database: DatabaseSync;

  /** @throws CliError 73 when it cannot be opened, 75 when another process works on the same output */
  constructor(path: string) {
    this.#path = path;
    requireOwnFile(path);
    try {
      this.#database = new DatabaseSync(path, { timeout: 0 });
      this.#database.exec(schema);
    } catch (cause) {
      throw isBusy(cause) ? anotherJob(path) : unusable(path, cause);
    }
  }

  /** The last checkpoint; undefined before the first. */
  read(): RewrapCheckpoint | undefined {
    const row = this.#database.prepare('SELECT value FROM checkpoint').get();
    return row && JSON.parse(String(row.value));
  }

  write(checkpoint: RewrapCheckpoint): void {
    try {
      const statement = this.#database.prepare('INSERT OR REPLACE INTO checkpoint (only, value) VALUES (1, ?)');
      statement.run(JSON.stringify(checkpoint));
    } catch (cause) {
      throw unusable(this.#path, cause);
    }
  }

  /** The job is done. */
  remove(): void {
    rmSync(this.#path, { force: true });
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy;
}

function anotherJob(path: string): CliError {
  return new CliError(75, `another job writes the same output (${path})`, 'wait until it has ended, or stop it');
}

function unusable(path: string, cause: unknown): CliError {
  return new CliError(73, `cannot use ${path}`, 'check permissions, or begin anew with --restart', { cause });
}
