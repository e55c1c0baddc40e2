import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { CliError, systemCode } from '../errors.ts';

/** Where lines go that are too many for memory. */
export interface LineOutput {
  /** Resolves when they are handed over, so that memory stays bounded. */
  write(lines: readonly string[]): Promise<void>;
  finish(): Promise<void>;
  /** Nothing is to be left. */
  abandon(): Promise<void>;
}

/** A file that appears whole or not at all, or standard output for `-` and for no name. @throws CliError 73 */
export async function openLineOutput(path: string | undefined): Promise<LineOutput> {
  if (path === undefined || path === '-') return standardOutput;
  const draft = `${path}.${randomBytes(6).toString('hex')}.new`;
  return new LineFile(path, draft, await guarded(path, () => open(draft, 'wx', 0o600)));
}

class LineFile implements LineOutput {
  readonly #path: string;
  readonly #draft: string;
  readonly #handle: FileHandle;

  constructor(path: string, draft: string, handle: FileHandle) {
    this.#path = path;
    this.#draft = draft;
    this.#handle = handle;
  }

  async write(lines: readonly string[]): Promise<void> {
    await guarded(this.#path, () => this.#handle.appendFile(joined(lines)));
  }

  async finish(): Promise<void> {
    await guarded(this.#path, async () => {
      await this.#handle.sync();
      await this.#handle.close();
      await rename(this.#draft, this.#path);
    });
  }

  async abandon(): Promise<void> {
    await this.#handle.close();
    await rm(this.#draft, { force: true });
  }
}

const standardOutput: LineOutput = {
  write: (lines) =>
    new Promise((resolve, reject) => {
      process.stdout.write(joined(lines), (error) =>
        error ? reject(unwritable('standard output', error)) : resolve(),
      );
    }),
  finish: async () => undefined,
  abandon: async () => undefined,
};

function joined(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

async function guarded<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw unwritable(path, error);
  }
}

function unwritable(name: string, error: unknown): CliError {
  const reason = systemCode(error) ?? 'unknown reason';
  return new CliError(73, `cannot write ${name} (${reason})`, 'check name, permissions and space', { cause: error });
}
