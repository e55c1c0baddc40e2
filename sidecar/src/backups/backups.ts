import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { AuditLog } from '../audit/log.ts';
import type { BackupBase, BackupHeader } from '../backup/header.ts';
import type { StoreCopy } from '../copied-rows.ts';
import { createChunkCipher } from '../crypto/chunk-cipher.ts';
import type { CryptoProvider } from '../crypto/provider.ts';
import type { Sealing } from '../crypto/sealing.ts';
import { allDocuments, type ChangeRequest } from '../documents.ts';
import { SidecarError } from '../errors.ts';
import { ensurePrivateFolder } from '../files/private-file.ts';
import type { Backup, KeyVersion } from '../generated/types.ts';
import { version } from '../generated/version.ts';
import { createInTurn } from '../in-turn.ts';
import type { Keystore } from '../keystore/keystore.ts';
import { BackupDraft, settleDrafts } from './backup-draft.ts';
import { BackupIndexes } from './backup-index.ts';
import { type BackupPublicKey, type Encapsulation, encapsulateFor } from './backup-recipients.ts';
import { changesSince, writeChanges } from './row-changes.ts';
import { rowsWithUsage } from './store-rows.ts';

export interface BackupsOptions {
  readonly keystore: Pick<Keystore, 'copy' | 'documents' | 'systemSecret' | 'usage'>;
  readonly log: Pick<AuditLog, 'origin' | 'verifierKeys' | 'checkpoint' | 'append'>;
  readonly crypto: CryptoProvider;
  readonly sealing: Sealing;
  /** Where the files go: 0700, made when it is missing; undefined: none are written. */
  readonly folder: string | undefined;
  /** Where is remembered what they held: in the state folder. */
  readonly indexFolder: string;
  /** Milliseconds since 1970, never going back. */
  readonly now: () => number;
}

/** Backups that matter when a key is destroyed, by id. */
export interface HoldingBackups {
  /** Made while its secret was there: alone or with what they continue, they bring it back. */
  readonly holding: readonly string[];
  /** Made later, and of no use without one of those. */
  readonly continuing: readonly string[];
}

/** Kind of the documents that remember backups. */
export const backupKind = 'backup';
const ending = '.fhbk';

/** Writes backups of the whole store beside all requests, and remembers each. */
export class Backups {
  readonly #options: BackupsOptions;
  readonly #crypto: { readonly derive: Sealing['derive']; readonly chunkCipher: typeof createChunkCipher };
  readonly #indexes: BackupIndexes;
  readonly #inTurn = createInTurn();
  /** Has begun and is not remembered yet. */
  #begun: Pick<Backup, 'id' | 'createdAt' | 'base'> | undefined;

  constructor(options: BackupsOptions) {
    const { keystore, sealing, indexFolder } = options;
    this.#options = options;
    this.#crypto = { derive: sealing.derive, chunkCipher: createChunkCipher };
    this.#indexes = new BackupIndexes({ keystore, crypto: this.#crypto, folder: indexFolder });
  }

  /** Gives what an earlier process had written whole its name, and removes the rest. */
  async settle(): Promise<void> {
    const { folder } = this.#options;
    const backups = await this.list();
    const known = new Set(backups.map(({ file }) => file));
    if (folder !== undefined) settleDrafts(folder, ending, (name) => known.has(name));
    this.#indexes.settle(backups);
  }

  /**
   * Writes the store as it is now, with all secrets but those of the log, for one recipient.
   *
   * @param since id of an earlier backup for the same recipient: only what has changed since is written
   * @throws SidecarError `backup_unavailable`, `data_invalid` for a malformed key, `request_conflict`
   */
  async create(recipient: BackupPublicKey, request: ChangeRequest, since?: string): Promise<Backup> {
    return await this.#inTurn(async () => {
      const earlier = await this.#options.keystore.documents.result<Backup>(request);
      if (earlier !== undefined) return earlier;
      request.requireCurrent?.();
      try {
        return await this.#created(recipient, request, since);
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

  /** Which backups bring back a version that the store holds no more. */
  async holding({ createdAt, since = Number.POSITIVE_INFINITY }: KeyVersion): Promise<HoldingBackups> {
    const made = [...(await this.list()), ...(this.#begun === undefined ? [] : [this.#begun])];
    const holding = made.filter((backup) => backup.createdAt >= createdAt && backup.createdAt <= since);
    const continuing = continuingOf(made, holding);
    return { holding: holding.map(({ id }) => id), continuing: continuing.map(({ id }) => id) };
  }

  async #created(recipient: BackupPublicKey, request: ChangeRequest, since: string | undefined): Promise<Backup> {
    const { folder, crypto, keystore, now } = this.#options;
    if (folder === undefined) throw new SidecarError('backup_unavailable', 'there is no folder for them');
    ensurePrivateFolder(folder, 'backup folder');
    const encapsulation = await encapsulateFor(crypto, recipient);
    using _shared = encapsulation.shared;
    const earlier = since === undefined ? undefined : await this.#earlier(since, encapsulation);
    await this.#indexes.prepare();
    const checkpoint = await this.#options.log.checkpoint();
    const begun = { id: `backup_${randomBytes(16).toString('base64url')}`, createdAt: now() };
    this.#begun = { ...begun, ...(since !== undefined && { base: since }) };
    try {
      using copy = keystore.copy(isWithheld);
      const header = { ...begun, ...this.#headerOf(encapsulation, copy, checkpoint, earlier) };
      return await this.#write(folder, header, copy, encapsulation, request);
    } catch (error) {
      throw error instanceof SidecarError
        ? error
        : new SidecarError('backup_unavailable', 'the file could not be written', { cause: error });
    }
  }

  /** @throws SidecarError `backup_unavailable` */
  async #earlier(id: string, { recipient }: Encapsulation): Promise<BackupBase> {
    const earlier = await this.#options.keystore.documents.get<Backup>(backupKind, id);
    if (earlier === undefined) throw new SidecarError('backup_unavailable', `there is no ${id} to continue`);
    if (earlier.fingerprint !== recipient.fingerprint) {
      throw new SidecarError('backup_unavailable', `${id} was written for another key`);
    }
    const { sha256, stateRoot } = earlier;
    return { id, sha256, stateRoot };
  }

  #headerOf(
    { recipient, encapsulated }: Encapsulation,
    { stateRoot, stateCounter, counts }: StoreCopy,
    checkpoint: string,
    base: BackupBase | undefined,
  ): Omit<BackupHeader, 'id' | 'createdAt'> {
    const { origin, verifierKeys: keys } = this.#options.log;
    const log = { origin, keys, checkpoint };
    const continued = base === undefined ? {} : { base };
    return { software: version, log, ...continued, stateRoot, stateCounter, counts, recipient, encapsulated };
  }

  async #write(
    folder: string,
    header: BackupHeader,
    copy: StoreCopy,
    { shared }: Encapsulation,
    request: ChangeRequest,
  ): Promise<Backup> {
    const { id, createdAt, base, stateRoot, stateCounter, recipient } = header;
    const file = `${new Date(createdAt).toISOString().replaceAll(/[-:]|\.\d+/g, '')}-${id}${ending}`;
    await using backup = await BackupDraft.begin(join(folder, file), header, shared, this.#crypto);
    await using index = await this.#indexes.begin(header);
    const rows = rowsWithUsage(copy, this.#options.keystore.usage);
    const before = base && this.#indexes.rows(base);
    await writeChanges(changesSince(before, rows), { backup, index });
    await index.finish();
    const { sizeBytes, sha256 } = await backup.finish();
    const { algorithm, fingerprint } = recipient;
    const facts = { id, createdAt, file, sizeBytes, sha256: sha256.toString('base64url'), algorithm, fingerprint };
    const made: Backup = { ...facts, stateRoot, stateCounter, ...(base !== undefined && { base: base.id }) };
    // Before it is a backup at all: none must lack the record that proves it.
    await this.#record(made);
    // It has happened: whoever asked is told, whatever has changed meanwhile.
    await this.#remember(made, { ...request, requireCurrent: undefined });
    // Both at once: what is remembered stays, also when the other fails.
    await Promise.all([backup.keep(), index.keep()]);
    this.#indexes.settle(await this.list());
    return made;
  }

  /** Anybody with the public key could write such a file: that this sidecar did shows in its log. */
  async #record({ id, sha256, stateRoot, base }: Backup): Promise<void> {
    const details = { backup: id, sha256, backupStateRoot: stateRoot, ...(base !== undefined && { base }) };
    await this.#options.log.append({ phase: 'event', operation: 'backup.written', outcome: 'ok', details });
  }

  #remember(backup: Backup, request: ChangeRequest): Promise<Backup> {
    return this.#options.keystore.documents.change((changes) => {
      changes.put(backupKind, backup.id, backup);
      return backup;
    }, request);
  }
}

type Continued = Pick<Backup, 'id' | 'base'>;

/** Those that need one of the others, at first or second hand. */
function continuingOf(made: readonly Continued[], others: readonly Continued[]): Continued[] {
  const needed = new Set(others.map(({ id }) => id));
  const next = made.filter(({ id, base }) => base !== undefined && needed.has(base) && !needed.has(id));
  return next.length === 0 ? [] : [...next, ...continuingOf(made, [...others, ...next])];
}

/**
 * With the secrets of the log, whoever opens the backup could sign for the log that it leaves behind; and a store that was
 * restored remembers no backups in indexes.
 */
function isWithheld(path: string): boolean {
  return path.startsWith('system/log/') || path.startsWith('system/backup/');
}
