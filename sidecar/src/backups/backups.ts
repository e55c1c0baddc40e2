import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AuditLog } from '../audit/log.ts';
import { type BackupSink, BackupWriter, type WrittenBackup } from '../backup/backup-writer.ts';
import type { BackupHeader } from '../backup/header.ts';
import type { StoreCopy } from '../copied-rows.ts';
import { createChunkCipher } from '../crypto/chunk-cipher.ts';
import type { CryptoProvider } from '../crypto/provider.ts';
import type { Sealing } from '../crypto/sealing.ts';
import { allDocuments, type ChangeRequest } from '../documents.ts';
import { SidecarError } from '../errors.ts';
import { syncFolder } from '../files/durable-file.ts';
import { ensurePrivateFolder } from '../files/private-file.ts';
import type { Backup, KeyVersion } from '../generated/types.ts';
import { version } from '../generated/version.ts';
import { createInTurn } from '../in-turn.ts';
import type { Keystore } from '../keystore/keystore.ts';
import { type BackupPublicKey, encapsulateFor } from './backup-recipients.ts';

export interface BackupsOptions {
  readonly keystore: Pick<Keystore, 'copy' | 'documents'>;
  readonly log: Pick<AuditLog, 'origin' | 'verifierKeys' | 'checkpoint'>;
  readonly crypto: CryptoProvider;
  readonly sealing: Sealing;
  /** Where the files go: 0700, made when it is missing; undefined: none are written. */
  readonly folder: string | undefined;
  /** Milliseconds since 1970, never going back. */
  readonly now: () => number;
}

/** Kind of the documents that remember backups. */
export const backupKind = 'backup';
const draftEnd = '.new';
/** Longest time in milliseconds for which the writing of a backup keeps the thread from answering requests. */
const sliceMs = 2;

/** Writes backups of the whole store beside all requests, and remembers each. */
export class Backups {
  readonly #options: BackupsOptions;
  readonly #inTurn = createInTurn();
  /** Has begun and is not remembered yet. */
  #begun: Pick<Backup, 'id' | 'createdAt'> | undefined;

  constructor(options: BackupsOptions) {
    this.#options = options;
  }

  /** Gives what an earlier process had written whole its name, and removes the rest. */
  async settle(): Promise<void> {
    const { folder } = this.#options;
    if (folder === undefined || !existsSync(folder)) return;
    const known = new Set((await this.list()).map(({ file }) => file));
    for (const draft of readdirSync(folder).filter((name) => name.endsWith(`.fhbk${draftEnd}`))) {
      const name = draft.slice(0, -draftEnd.length);
      if (known.has(name)) renameSync(join(folder, draft), join(folder, name));
      else rmSync(join(folder, draft));
    }
    syncFolder(folder);
  }

  /**
   * Writes the store as it is now, with all secrets but those of the log, for one recipient.
   *
   * @throws SidecarError `backup_unavailable`, `data_invalid` for a malformed key, `request_conflict`
   */
  async create(recipient: BackupPublicKey, request: ChangeRequest): Promise<Backup> {
    return await this.#inTurn(async () => {
      const earlier = await this.#options.keystore.documents.result<Backup>(request);
      if (earlier !== undefined) return earlier;
      request.requireCurrent?.();
      try {
        return await this.#created(recipient, request);
      } finally {
        this.#begun = undefined;
      }
    });
  }

  /** The newest last. */
  async list(): Promise<Backup[]> {
    const backups = (await allDocuments<Backup>(this.#options.keystore.documents, backupKind)).map(
      ({ value }) => value,
    );
    return backups.sort((left, right) => left.createdAt - right.createdAt);
  }

  /** Ids of the backups that were made while the store held the secret of a version that it holds no more. */
  async holding({ createdAt, since = Number.POSITIVE_INFINITY }: KeyVersion): Promise<string[]> {
    const made = [...(await this.list()), ...(this.#begun === undefined ? [] : [this.#begun])];
    return made.filter((backup) => backup.createdAt >= createdAt && backup.createdAt <= since).map(({ id }) => id);
  }

  async #created(recipient: BackupPublicKey, request: ChangeRequest): Promise<Backup> {
    const { folder, crypto, log, keystore, now } = this.#options;
    if (folder === undefined) throw new SidecarError('backup_unavailable', 'there is no folder for them');
    ensurePrivateFolder(folder, 'backup folder');
    const { shared, ...header } = await encapsulateFor(crypto, recipient);
    using _shared = shared;
    const { origin, verifierKeys: keys } = log;
    const checkpoint = await log.checkpoint();
    const begun = { id: `backup_${randomBytes(16).toString('base64url')}`, createdAt: now() };
    this.#begun = begun;
    using copy = keystore.copy(isWithheld);
    const { stateRoot, stateCounter, counts } = copy;
    const facts = { ...begun, stateRoot, stateCounter };
    const file = `${new Date(begun.createdAt).toISOString().replaceAll(/[-:]|\.\d+/g, '')}-${begun.id}.fhbk`;
    const draft = join(folder, file + draftEnd);
    try {
      const whole = { ...facts, ...header, counts, software: version, log: { origin, keys, checkpoint } };
      const { sizeBytes, sha256 } = await this.#write(draft, whole, copy, shared);
      const { algorithm, fingerprint } = header.recipient;
      const backup = { ...facts, file, sizeBytes, sha256: sha256.toString('base64url'), algorithm, fingerprint };
      // It has happened: whoever asked is told, whatever has changed meanwhile.
      await this.#remember(backup, { ...request, requireCurrent: undefined });
      await rename(draft, join(folder, file));
      syncFolder(folder);
      return backup;
    } catch (error) {
      rmSync(draft, { force: true });
      throw error instanceof SidecarError
        ? error
        : new SidecarError('backup_unavailable', 'the file could not be written', { cause: error });
    }
  }

  async #write(
    path: string,
    header: BackupHeader,
    copy: StoreCopy,
    shared: Parameters<typeof BackupWriter.begin>[2],
  ): Promise<WrittenBackup> {
    const { sealing } = this.#options;
    await using file = await open(path, 'wx', 0o600);
    const crypto = { derive: sealing.derive, chunkCipher: createChunkCipher };
    using writer = await BackupWriter.begin(sinkOf(file), header, shared, crypto);
    const rows = await writeRows(writer, copy);
    const { counts, stateRoot, stateCounter } = header;
    const written = await writer.finish({ rows, counts, stateRoot, stateCounter });
    await file.sync();
    return written;
  }

  #remember(backup: Backup, request: ChangeRequest): Promise<Backup> {
    return this.#options.keystore.documents.change((changes) => {
      changes.put(backupKind, backup.id, backup);
      return backup;
    }, request);
  }
}

/** With the secrets of the log, whoever opens the backup could sign for the log that it leaves behind. */
function isWithheld(path: string): boolean {
  return path.startsWith('system/log/');
}

async function writeRows(writer: BackupWriter, copy: StoreCopy): Promise<number> {
  let rows = 0;
  let end = performance.now() + sliceMs;
  for (const row of copy.rows()) {
    using _secret = row.secret;
    await writer.write(row);
    rows += 1;
    if (performance.now() < end) continue;
    await nextTurn();
    end = performance.now() + sliceMs;
  }
  return rows;
}

function sinkOf(file: FileHandle): BackupSink {
  return {
    async write(bytes) {
      for (let done = 0; done < bytes.length; ) done += (await file.write(bytes, done)).bytesWritten;
    },
  };
}
