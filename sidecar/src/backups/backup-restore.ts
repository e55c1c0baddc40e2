import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { damaged } from '../backup/refusal.ts';
import { createSealing } from '../crypto/sealing.ts';
import { SidecarError } from '../errors.ts';
import { syncFolder } from '../files/durable-file.ts';
import type { Backup } from '../generated/types.ts';
import { type FillingRules, type Keystore, openKeystore, RootOfRows } from '../keystore/keystore.ts';
import { lockStateFolder } from '../keystore/state-lock.ts';
import type { SidecarOptions } from '../options.ts';
import { createRootKeySource } from '../seal/root-key-source.ts';
import { Secret } from '../secret.ts';
import { openState } from '../state.ts';
import { type BackupHeader, type BackupPlace, type CopiedRow, type ReadBackup, readBackup } from './backup-file.ts';
import { backupKind } from './backups.ts';

/** A version of a key that the log says is destroyed. */
export interface Tombstone {
  readonly keyId: string;
  readonly version: number;
}

export interface RestoreOptions extends BackupPlace, Pick<SidecarOptions, 'stateFolder' | 'configFolder' | 'rootKey'> {
  /** What the newest log of the sidecar says was destroyed; undefined: no log was at hand. */
  readonly destroyed?: readonly Tombstone[] | undefined;
  /** Hears what the operator must read. */
  readonly onNotice: (notice: string) => void;
}

export interface RestoredBackup extends ReadBackup {
  readonly keys: number;
  /** Versions that were not brought back, because the log says that they are destroyed. */
  readonly destroyedVersions: number;
}

/**
 * Documents that stay behind: those of the log, and which approvals are open. Such an approval may have been used up after
 * the backup; none is good for two uses.
 */
const leftBehind: readonly string[] = Object.freeze(['document/log-keys/', 'document/open-approvals/']);

/**
 * Reads a backup to its end: every byte is authentic and nothing is missing.
 *
 * @throws SidecarError `data_invalid`
 */
export async function verifyBackup(place: BackupPlace): Promise<ReadBackup> {
  return await readBackup(place, () => () => undefined);
}

/**
 * Restores a backup into a private folder that is gone afterwards: every secret is opened, sealed and opened again, and the
 * root of the store is computed anew from the rows.
 *
 * @throws SidecarError `data_invalid`, `keystore_corrupt`
 */
export async function rehearseBackup(place: BackupPlace): Promise<RestoredBackup> {
  const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-rehearsal-'));
  try {
    using rootKey = Secret.take(randomBytes(32));
    const keystore = await openStore(folder, rootKey);
    try {
      return await fillStore(keystore, place, []);
    } finally {
      await keystore.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Makes a state folder of a backup: the store under this host's root key, and a new log whose first record names the last
 * checkpoint of the old one. The folder appears whole or not at all; what an interrupted restore left is removed by the
 * next one.
 *
 * @throws SidecarError `data_invalid`; `config_invalid` for a state folder that is not empty, and as the root key's provider
 */
export async function restoreBackup(options: RestoreOptions): Promise<RestoredBackup> {
  const stateFolder = resolve(options.stateFolder);
  requireEmpty(stateFolder);
  const draft = `${stateFolder}.restoring`;
  using _lock = await lockStateFolder(draft);
  try {
    for (const name of readdirSync(draft)) if (name !== 'lock') rmSync(join(draft, name), { recursive: true });
    // A wrong recipient key must not leave a root key behind.
    await verifyBackup(options);
    using rootKey = await rootKeyOf({ ...options, stateFolder });
    const restored = await restoreInto(draft, rootKey, options);
    for (const name of ['keystore', 'generations', 'log', '.']) syncFolder(join(draft, name));
    renameSync(draft, stateFolder);
    syncFolder(dirname(stateFolder));
    return restored;
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
}

function requireEmpty(stateFolder: string): void {
  if (!existsSync(stateFolder) || readdirSync(stateFolder).length === 0) return;
  throw new SidecarError('config_invalid', 'the state folder is not empty: a backup is restored into a new one');
}

async function rootKeyOf(options: RestoreOptions): Promise<Secret> {
  const source = createRootKeySource({ ...options, sockets: [] }, createSealing());
  if (source.kind === 'shares') {
    throw new SidecarError('config_invalid', 'a backup is not restored under shares: split the root key afterwards');
  }
  const { rootKey, notice } = await source.provider.obtain();
  if (notice !== undefined) options.onNotice(notice);
  return rootKey;
}

async function restoreInto(folder: string, rootKey: Secret, options: RestoreOptions): Promise<RestoredBackup> {
  const keystore = await openStore(folder, rootKey);
  let restored: RestoredBackup;
  try {
    restored = await fillStore(keystore, options, options.destroyed ?? []);
    await rememberBackup(keystore, options.path, restored.header);
  } finally {
    await keystore.close();
  }
  await beginLog(folder, rootKey, options, restored);
  return restored;
}

/** It was made after the moment that it shows: only now the store can know of it. */
async function rememberBackup(keystore: Keystore, path: string, header: BackupHeader): Promise<void> {
  const { id, createdAt, stateRoot, stateCounter, recipient } = header;
  const { algorithm, fingerprint } = recipient;
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    sizeBytes += chunk.length;
  }
  const facts = { id, createdAt, file: basename(path), sizeBytes, sha256: hash.digest('base64url') };
  const backup: Backup = { ...facts, algorithm, fingerprint, stateRoot, stateCounter };
  await keystore.documents.change((changes) => changes.put(backupKind, id, backup));
}

function openStore(folder: string, rootKey: Secret): Promise<Keystore> {
  const places = { folder: join(folder, 'keystore'), generationFolder: join(folder, 'generations') };
  return openKeystore({ ...places, rootKeys: [rootKey], sealing: createSealing() });
}

/** Fills a new store, proves that the rows are those that the backup says, and that every secret opens. */
async function fillStore(
  keystore: Keystore,
  place: BackupPlace,
  destroyed: readonly Tombstone[],
): Promise<RestoredBackup> {
  const tombstones = new Set(destroyed.map(({ keyId, version }) => `${keyId}/${version}`));
  const met = new Set<string>();
  const rules: FillingRules = {
    isDestroyed(keyId, version) {
      const isGone = tombstones.has(`${keyId}/${version}`);
      if (isGone) met.add(`${keyId}/${version}`);
      return isGone;
    },
    nowMs: Date.now(),
  };
  using source = new RootOfRows();
  const read = await readBackup(place, () => (rows) => {
    source.add(rows);
    keystore.fill(rows.filter(isBroughtBack), rules);
  });
  if (source.root !== read.manifest.stateRoot) throw damaged('its rows do not have the root that it names');
  await keystore.verify();
  return { ...read, keys: await keystore.count(), destroyedVersions: met.size };
}

function isBroughtBack({ path, secret, hash }: CopiedRow): boolean {
  const isWithheld = hash !== undefined && secret === undefined;
  return !isWithheld && !leftBehind.some((place) => path.startsWith(place));
}

/** The log begins anew, with keys of its own. */
async function beginLog(
  folder: string,
  rootKey: Secret,
  options: RestoreOptions,
  { header }: RestoredBackup,
): Promise<void> {
  const failure: { error?: SidecarError } = {};
  const hearers = {
    onStorageFailure: (error: SidecarError) => {
      failure.error = error;
    },
    now: Date.now,
  };
  const places = { ...options, stateFolder: folder, sockets: [] };
  const { log, keystore, close } = await openState(places, [rootKey], createSealing(), hearers);
  try {
    const details = { ...successionOf(header), hasLog: options.destroyed !== undefined, ...(await keystore.mark()) };
    await log.append({ phase: 'event', operation: 'log.open', outcome: 'ok', details });
  } finally {
    await close();
  }
  if (failure.error !== undefined) throw failure.error;
}

/** Which log this one follows, by its last checkpoint before the backup (C2SP tlog-checkpoint). */
function successionOf({ id, createdAt, log }: BackupHeader) {
  const [origin = '', size, root = ''] = log.checkpoint.split('\n');
  return { backup: id, backupAt: createdAt, earlierOrigin: origin, earlierSize: Number(size), earlierRoot: root };
}
