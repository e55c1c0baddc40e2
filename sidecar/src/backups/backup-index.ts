import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { BackupReader, readFront } from '../backup/backup-reader.ts';
import type { BackupCrypto } from '../backup/chunks.ts';
import type { BackupHeader } from '../backup/header.ts';
import type { RowRecord } from '../backup/records.ts';
import { damaged } from '../backup/refusal.ts';
import { SidecarError } from '../errors.ts';
import { ensurePrivateFolder } from '../files/private-file.ts';
import type { Backup } from '../generated/types.ts';
import type { Keystore } from '../keystore/keystore.ts';
import { Secret } from '../secret.ts';
import { BackupDraft, settleDrafts } from './backup-draft.ts';
import { sourceOf } from './file-bytes.ts';

export interface BackupIndexesOptions {
  readonly keystore: Pick<Keystore, 'systemSecret'>;
  readonly crypto: BackupCrypto;
  /** In the state folder: 0700, made when it is missing. */
  readonly folder: string;
}

type Continued = Pick<Backup, 'id' | 'base'>;

/** Name of the secret that indexes are sealed under. */
const keyName = 'backup/index-key';
const ending = '.fhbi';
const keyBytes = 32;
/** Newest backups whose index is kept: one has some 90 bytes for each row of the store. */
const keptIndexes = 4;

/**
 * What the backups of this sidecar held, by path and hash alone: it cannot open them itself, and an increment holds what
 * differs. An index is a file in the format of backups whose rows are all withheld, sealed under a secret of the store.
 */
export class BackupIndexes {
  readonly #options: BackupIndexesOptions;

  constructor(options: BackupIndexesOptions) {
    this.#options = options;
  }

  /** Makes folder and key where they are missing: before the store is copied, so that its copy is of the store as it stays. */
  async prepare(): Promise<void> {
    ensurePrivateFolder(this.#options.folder, 'folder of backup indexes');
    (await this.#key()).dispose();
  }

  /** Begins the index of the backup that has this header. */
  async begin(header: BackupHeader): Promise<BackupDraft> {
    const { crypto } = this.#options;
    using key = await this.#key();
    return await BackupDraft.begin(this.#path(header.id), header, key, crypto);
  }

  /**
   * What a backup held, in the order of the paths.
   *
   * @throws SidecarError `backup_unavailable` when its index is gone, `data_invalid` when it was changed
   */
  async *rows({ id, stateRoot }: Pick<Backup, 'id' | 'stateRoot'>): AsyncGenerator<RowRecord, void> {
    await using file = await this.#open(id);
    const source = await sourceOf(file);
    const front = await readFront(source);
    using key = await this.#key();
    using reader = new BackupReader(source, front, key, this.#options.crypto);
    if (front.header.id !== id || front.header.stateRoot !== stateRoot) throw damaged('its index is of another one');
    yield* reader.records();
  }

  /** Brings the folder in line with the backups that are remembered, the newest last. */
  settle(backups: readonly Continued[]): void {
    const { folder } = this.#options;
    const known = new Set(backups.map(({ id }) => id + ending));
    settleDrafts(folder, ending, (name) => known.has(name));
    const kept = [...backups.slice(-keptIndexes), ...wholeOf(backups)];
    this.#removeBut(new Set(kept.map(({ id }) => id + ending)));
  }

  #removeBut(kept: ReadonlySet<string>): void {
    const { folder } = this.#options;
    if (!existsSync(folder)) return;
    const names = readdirSync(folder).filter((name) => name.endsWith(ending));
    for (const name of names) if (!kept.has(name)) rmSync(join(folder, name));
  }

  async #open(id: string): Promise<FileHandle> {
    try {
      return await open(this.#path(id), 'r');
    } catch (cause) {
      const detail = `what ${id} held is not known here any more: write a whole one`;
      throw new SidecarError('backup_unavailable', detail, { cause });
    }
  }

  #path(id: string): string {
    return join(this.#options.folder, id + ending);
  }

  #key(): Promise<Secret> {
    return this.#options.keystore.systemSecret(keyName, () => Secret.take(randomBytes(keyBytes)));
  }
}

/** The whole backup that the newest continues in the end: many increments may be made of it, one after another. */
function wholeOf(backups: readonly Continued[]): readonly Continued[] {
  let whole = backups.at(-1);
  while (whole?.base !== undefined) whole = backups.find(({ id }) => id === whole?.base);
  return whole === undefined ? [] : [whole];
}
