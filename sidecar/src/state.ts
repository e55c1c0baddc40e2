import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type AuditLog, type OpenAuditLogOptions, openAuditLog } from './audit/log.ts';
import type { Sealing } from './crypto/sealing.ts';
import type { SidecarError } from './errors.ts';
import { version } from './generated/version.ts';
import { type Keystore, openKeystore, type StateMark } from './keystore/keystore.ts';
import { createLogBookmarks } from './log/log-bookmarks.ts';
import { createLogKeys, type LogKeys } from './log/log-keys.ts';
import type { SidecarOptions } from './options.ts';
import { Secret } from './secret.ts';

/** The state folder in use: store and log open. */
export interface OpenState {
  readonly keystore: Keystore;
  readonly log: AuditLog;
  readonly logKeys: LogKeys;
  /** The keystore as it was found. */
  readonly found: StateMark;
  close(): Promise<void>;
}

export interface StateHearers {
  /** Log or keystore could not be written: nothing more will be answered. */
  readonly onStorageFailure: (error: SidecarError) => void;
  /** Hears which of the root keys opened the keystore. */
  readonly onRootKey?: ((rootKey: Secret) => void) | undefined;
  /** Hear how long each durable write of log and keystore took, in milliseconds. */
  readonly onSync?: (durationMs: number) => void;
  readonly onCommit?: (durationMs: number) => void;
  /** Milliseconds since 1970, never going back. */
  readonly now: () => number;
}

/** Bytes of the journal's MAC key. */
const secretBytes = 32;
const nothing = (): void => undefined;

/**
 * Opens keystore and log in the state folder, which is locked.
 *
 * @param rootKeys stay the caller's to dispose; not needed after opening
 * @throws SidecarError `config_invalid`, `keystore_corrupt`, `audit_unavailable`, `audit_corrupt`
 */
export async function openState(
  { stateFolder }: SidecarOptions,
  rootKeys: readonly [Secret, ...Secret[]],
  sealing: Sealing,
  { onStorageFailure: onFailure, onRootKey, onSync = nothing, onCommit = nothing, now }: StateHearers,
): Promise<OpenState> {
  const folder = join(stateFolder, 'keystore');
  const generationFolder = join(stateFolder, 'generations');
  const hearers = { onRootKey, onFailure, onCommit };
  const keystore = await openKeystore({ folder, generationFolder, rootKeys, sealing, ...hearers, now });
  try {
    const found = await keystore.mark();
    const logKeys = createLogKeys(keystore);
    const log = await openLog(join(stateFolder, 'log'), keystore, logKeys, { onFailure, onSync });
    return { keystore, log, logKeys, found, close: () => closeAll(log, keystore) };
  } catch (error) {
    await keystore.close();
    throw error;
  }
}

async function closeAll(log: AuditLog, keystore: Keystore): Promise<void> {
  try {
    await log.close();
  } finally {
    await keystore.close();
  }
}

/** Keys and name of the log are made on first use and live sealed in the keystore. */
async function openLog(
  folder: string,
  keystore: Keystore,
  keys: LogKeys,
  hearers: Required<Pick<OpenAuditLogOptions, 'onFailure' | 'onSync'>>,
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
    ...hearers,
  });
}

function newSecret(): Secret {
  return Secret.take(randomBytes(secretBytes));
}

/** C2SP tlog-checkpoint: a name without scheme, unique for this log. */
export function newOrigin(): string {
  const host = hostname().replace(/[^A-Za-z0-9.-]/g, '-') || 'localhost';
  return `${host}/ferrohsm/${randomBytes(8).toString('hex')}`;
}
