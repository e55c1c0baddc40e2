import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { createSealing } from '../crypto/sealing.ts';
import { SidecarError } from '../errors.ts';
import { syncFolder } from '../files/durable-file.ts';
import type { Approval, Backup } from '../generated/types.ts';
import type { Keystore } from '../keystore/keystore.ts';
import { lockStateFolder } from '../keystore/state-lock.ts';
import type { SidecarOptions } from '../options.ts';
import { createRootKeySource } from '../seal/root-key-source.ts';
import { Secret } from '../secret.ts';
import { type BackupPlace, type ReadBackup, readBackup } from './backup-file.ts';
import { GovernanceRows } from './backup-governance.ts';
import { backupKind } from './backups.ts';
import { fillStore, openStore, type RestoredBackup } from './filled-store.ts';
import {
  type ConsentQuestion,
  type RestoreConsent,
  type RestoreRequest,
  requestRestore,
  requireConsent,
  type ShownConsent,
} from './restore-consent.ts';
import { outlookOf, type RestoreOutlook } from './restore-outlook.ts';
import { rememberConsent } from './restore-record.ts';
import { beginLog } from './restored-log.ts';
import type { Tombstone } from './tombstone.ts';

export interface RestoreOptions extends BackupPlace, Pick<SidecarOptions, 'stateFolder' | 'configFolder' | 'rootKey'> {
  /** What the newest log of the sidecar says was destroyed; undefined: no log was at hand. */
  readonly destroyed?: readonly Tombstone[] | undefined;
  /** Where people in the backup have to consent: that they do. */
  readonly consent?: ShownConsent | undefined;
  /** Hears what the operator must read. */
  readonly onNotice: (notice: string) => void;
}

export type { RestoredBackup };

export interface RehearsedBackup extends RestoredBackup {
  readonly outlook: RestoreOutlook;
}

export interface PlanOptions extends BackupPlace, RestoreRequest, Pick<RestoreOptions, 'destroyed'> {}

/**
 * Reads a backup to its end: every byte is authentic and nothing is missing.
 *
 * @throws SidecarError `data_invalid`
 */
export async function verifyBackup(place: BackupPlace): Promise<ReadBackup> {
  return await readBackup(place, () => undefined);
}

/**
 * Restores a backup into a private folder that is gone afterwards: every secret is opened, sealed and opened again, and the
 * root of the store is computed anew from the rows. Asks people and policies in it who could have it restored.
 *
 * @throws SidecarError `data_invalid`, `keystore_corrupt`, `config_invalid` for policies that this version does not understand
 */
export async function rehearseBackup(place: BackupPlace): Promise<RehearsedBackup> {
  const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-rehearsal-'));
  try {
    using rootKey = Secret.take(randomBytes(32));
    const keystore = await openStore(folder, rootKey);
    try {
      const restored = await fillStore(keystore, place, []);
      return { ...restored, outlook: await outlookOf(await questionOf({ ...place, destroyed: [] })) };
    } finally {
      await keystore.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The request that people sign to let a restore of this backup through.
 *
 * @throws SidecarError as {@link requestRestore}, `data_invalid`
 */
export async function planRestore(options: PlanOptions): Promise<Approval> {
  const { requester, reason, isEmergency } = options;
  return await requestRestore(await questionOf(options), { requester, reason, isEmergency });
}

/**
 * Makes a state folder of a backup: the store under this host's root key, and a new log whose first record names the last
 * checkpoint of the old one. The folder appears whole or not at all; what an interrupted restore left is removed by the
 * next one.
 *
 * @throws SidecarError `data_invalid`; `config_invalid` for a state folder that is not empty, and as the root key's provider;
 *   `approval_required`, `evidence_invalid`, `permission_denied` without the consent that the policies in the backup ask for
 */
export async function restoreBackup(options: RestoreOptions): Promise<RestoredBackup> {
  const stateFolder = resolve(options.stateFolder);
  requireEmpty(stateFolder);
  const draft = `${stateFolder}.restoring`;
  using _lock = await lockStateFolder(draft);
  try {
    for (const name of readdirSync(draft)) if (name !== 'lock') rmSync(join(draft, name), { recursive: true });
    // A wrong recipient key, or missing consent, must not leave a root key behind.
    const question = await questionOf(options);
    const consent = await requireConsent(question, options.consent);
    for (const notice of noticesOf(consent)) options.onNotice(notice);
    using rootKey = await rootKeyOf({ ...options, stateFolder });
    // The very file that people were asked about, whatever lies under its name by now.
    const restored = await restoreInto(draft, rootKey, { ...options, sha256: question.sha256, consent });
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

function noticesOf({ approval, emergency }: RestoreConsent): string[] {
  if (emergency !== undefined) {
    return [`restored in an emergency, ${emergency.stored.breakGlass.id}: another person has to review it`];
  }
  if (approval !== undefined) return [];
  return ['nobody in the backup has an approval key: it is restored without the consent of other people'];
}

/** Reads a backup to its end, and learns who has to be asked. */
async function questionOf(place: BackupPlace & Pick<RestoreOptions, 'destroyed'>): Promise<ConsentQuestion> {
  const rows = new GovernanceRows();
  const { header, sha256 } = await readBackup(place, (page) => rows.see(page));
  const governance = await rows.governance();
  const { policySha256 } = governance;
  return { header, sha256, policySha256, governance, destroyed: place.destroyed, now: Date.now() };
}

interface PermittedRestore extends Omit<RestoreOptions, 'consent'> {
  readonly consent: RestoreConsent;
}

async function restoreInto(folder: string, rootKey: Secret, options: PermittedRestore): Promise<RestoredBackup> {
  const keystore = await openStore(folder, rootKey);
  let restored: RestoredBackup;
  try {
    restored = await fillStore(keystore, options, options.destroyed ?? []);
    await rememberBackup(keystore, options.path, restored);
    await rememberConsent(keystore, options.consent);
  } finally {
    await keystore.close();
  }
  const { consent, destroyed } = options;
  const succession = { header: restored.header, hasLog: destroyed !== undefined, consent };
  await beginLog({ ...options, stateFolder: folder }, rootKey, succession);
  return restored;
}

/** It was made after the moment that it shows: only now the store can know of it. */
async function rememberBackup(keystore: Keystore, path: string, read: ReadBackup): Promise<void> {
  const { header, sizeBytes, sha256 } = read;
  const { id, createdAt, stateRoot, stateCounter, recipient } = header;
  const { algorithm, fingerprint } = recipient;
  const facts = { id, createdAt, file: basename(path), sizeBytes, sha256, algorithm, fingerprint };
  const continued = header.base === undefined ? {} : { base: header.base.id };
  const backup: Backup = { ...facts, stateRoot, stateCounter, ...continued };
  await keystore.documents.change((changes) => changes.put(backupKind, id, backup));
}
