import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BackupWriter, type WrittenBackup } from '../backup/backup-writer.ts';
import type { BackupCrypto } from '../backup/chunks.ts';
import type { BackupHeader } from '../backup/header.ts';
import { RecordTally } from '../backup/record-tally.ts';
import type { RowRecord } from '../backup/records.ts';
import { syncFolder } from '../files/durable-file.ts';
import type { Secret } from '../secret.ts';
import { sinkOf } from './file-bytes.ts';

const draftEnd = '.new';

/** A file in the format of backups that is being written: under another name until it is whole and remembered. */
export class BackupDraft implements AsyncDisposable {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #writer: BackupWriter;
  readonly #header: BackupHeader;
  readonly #tally = new RecordTally();
  #isKept = false;

  private constructor(path: string, file: FileHandle, writer: BackupWriter, header: BackupHeader) {
    this.#path = path;
    this.#file = file;
    this.#writer = writer;
    this.#header = header;
  }

  /** @param shared seals it; stays the caller's */
  static async begin(path: string, header: BackupHeader, shared: Secret, crypto: BackupCrypto): Promise<BackupDraft> {
    const file = await open(path + draftEnd, 'wx', 0o600);
    try {
      return new BackupDraft(path, file, await BackupWriter.begin(sinkOf(file), header, shared, crypto), header);
    } catch (error) {
      await file.close();
      rmSync(path + draftEnd, { force: true });
      throw error;
    }
  }

  /** The secret of a row stays the caller's to dispose. */
  async write(record: RowRecord): Promise<void> {
    if ('row' in record) await this.#writer.write(record.row);
    else await this.#writer.remove(record.removed);
    this.#tally.count(record);
  }

  /** Everything is on the disk then, under the name of a draft. */
  async finish(): Promise<WrittenBackup> {
    const { stateRoot, stateCounter } = this.#header;
    const written = await this.#writer.finish({ ...this.#tally.counted, stateRoot, stateCounter });
    await this.#file.sync();
    // What the store is about to remember must be found after a power cut, under either name.
    syncFolder(dirname(this.#path));
    return written;
  }

  /** Gives it its name; where that fails, the next start does it. */
  async keep(): Promise<void> {
    this.#isKept = true;
    await rename(this.#path + draftEnd, this.#path);
    syncFolder(dirname(this.#path));
  }

  /** Closes it, and removes what was not kept. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#writer[Symbol.dispose]();
    await this.#file.close();
    if (!this.#isKept) rmSync(this.#path + draftEnd, { force: true });
  }
}

/**
 * Gives what an earlier process had written whole its name, and removes its other drafts.
 *
 * @param ending of the names
 * @param isKnown whether a file of that name is remembered
 */
export function settleDrafts(folder: string, ending: string, isKnown: (name: string) => boolean): void {
  if (!existsSync(folder)) return;
  for (const draft of readdirSync(folder).filter((name) => name.endsWith(ending + draftEnd))) {
    const name = draft.slice(0, -draftEnd.length);
    if (isKnown(name)) renameSync(join(folder, draft), join(folder, name));
    else rmSync(join(folder, draft));
  }
  syncFolder(folder);
}
