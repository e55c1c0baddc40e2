import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type AuditLog, openAuditLog } from './audit/log.ts';
import type { Sealing } from './crypto/sealing.ts';
import type { SidecarError } from './errors.ts';
import { version } from './generated/version.ts';
import { type Keystore, keystoreExists, openKeystore, type StateMark } from './keystore/keystore.ts';
import { lockStateFolder } from './keystore/state-lock.ts';
import { createLogBookmarks } from './log-bookmarks.ts';
import { createLogKeys, type LogKeys } from './log-keys.ts';
import type { SidecarOptions } from './options.ts';
import { createKeyFileProvider } from './root-key/key-file.ts';
import { createPassphraseProvider } from './root-key/passphrase.ts';
import type { RootKeyProvider } from './root-key/provider.ts';
import { Secret } from './secret.ts';

/** The state folder in use: locked, store and log open. */
export interface OpenState {
  readonly keystore: Keystore;
  readonly log: AuditLog;
  readonly logKeys: LogKeys;
  /** The keystore as it was found. */
  readonly found: StateMark;
  close(): Promise<void>;
}

export interface StateHearers {
  readonly onNotice: (notice: string) => void;
  /** Log or keystore could not be written: nothing more will be answered. */
  readonly onStorageFailure: (error: SidecarError) => void;
}

/** Bytes of the journal's MAC key. */
const secretBytes = 32;

/**
 * Locks the state folder, unseals and opens keystore and log in it.
 *
 * @throws SidecarError `state_locked`, `config_invalid`, `keystore_corrupt`, `audit_unavailable`, `audit_corrupt`
 */
export async function openState(options: SidecarOptions, sealing: Sealing, hearers: StateHearers): Promise<OpenState> {
  const lock = await lockStateFolder(options.stateFolder);
  try {
    const keystore = await unsealKeystore(options, sealing, hearers);
    try {
      const found = await keystore.mark();
      const logKeys = createLogKeys(keystore);
      const log = await openLog(join(options.stateFolder, 'log'), keystore, logKeys, hearers.onStorageFailure);
      return { keystore, log, logKeys, found, close: () => closeAll(log, keystore, lock) };
    } catch (error) {
      await keystore.close();
      throw error;
    }
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function closeAll(log: AuditLog, keystore: Keystore, lock: { release(): void }): Promise<void> {
  try {
    await log.close();
    await keystore.close();
  } finally {
    lock.release();
  }
}

async function unsealKeystore(
  options: SidecarOptions,
  sealing: Sealing,
  { onNotice, onStorageFailure }: StateHearers,
): Promise<Keystore> {
  const folder = join(options.stateFolder, 'keystore');
  const provider = rootKeyProvider(options, sealing, () => keystoreExists(folder));
  const { rootKey, notice } = await provider.obtain();
  using unsealing = rootKey;
  if (notice !== undefined) onNotice(notice);
  const generationFolder = join(options.stateFolder, 'generations');
  return await openKeystore({ folder, generationFolder, rootKey: unsealing, sealing, onFailure: onStorageFailure });
}

function rootKeyProvider(
  { rootKey, configFolder, stateFolder }: SidecarOptions,
  sealing: Sealing,
  storeExists: () => boolean,
): RootKeyProvider {
  if (rootKey.kind === 'key-file') return createKeyFileProvider({ path: rootKey.path, stateFolder, storeExists });
  const parametersPath = join(configFolder, 'passphrase.json');
  return createPassphraseProvider({ source: rootKey.source, parametersPath, derivation: sealing, storeExists });
}

/** Keys and name of the log are made on first use and live sealed in the keystore. */
async function openLog(
  folder: string,
  keystore: Keystore,
  keys: LogKeys,
  onFailure: StateHearers['onStorageFailure'],
): Promise<AuditLog> {
  using macKey = await keystore.systemSecret('log/mac-key', newSecret);
  using origin = await keystore.systemSecret('log/origin', () => Secret.take(Buffer.from(newOrigin())));
  return await openAuditLog({
    folder,
    origin: origin.bytes.toString('utf8'),
    signers: await keys.present(),
    earlierSigners: await keys.earlier(),
    software: version,
    macKey,
    companion: createLogBookmarks().after,
    onFailure,
  });
}

function newSecret(): Secret {
  return Secret.take(randomBytes(secretBytes));
}

/** C2SP tlog-checkpoint: a name without scheme, unique for this log. */
function newOrigin(): string {
  const host = hostname().replace(/[^A-Za-z0-9.-]/g, '-') || 'localhost';
  return `${host}/ferrohsm/${randomBytes(8).toString('hex')}`;
}
