import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { SidecarError } from '../errors.ts';
import type { Secret } from '../secret.ts';
import { AuthenticatedRows } from './authenticated-rows.ts';
import type { Keystore } from './contract.ts';
import { corruption } from './corruption.ts';
import {
  checkpoint,
  databaseFiles,
  databasePath,
  formatOf,
  guarded,
  migrate,
  migrations,
  openDatabase,
} from './database.ts';
import { openEnvelope } from './envelope-opening.ts';
import { GenerationSecrets } from './generation-secrets.ts';
import { MerkleTree } from './merkle-tree.ts';
import { PendingNodes } from './pending-nodes.ts';
import { RowKeystore } from './row-keystore.ts';
import type { Sealing } from './sealing.ts';
import { StateRow, type StoreState, stateRowOf } from './store-state.ts';
import { Turnover } from './turnover.ts';
import { UsageRows } from './usage-rows.ts';

export type * from './contract.ts';
export type * from './generations.ts';
export { RootOfRows } from './root-of-rows.ts';
export type { FillingRules } from './row-filling.ts';
export type { Sealing } from './sealing.ts';

const firstGeneration = 1;

export interface KeystoreOptions {
  /** Folder of the database: 0700, created when missing. */
  readonly folder: string;
  /** Folder of the generation secrets: 0700, outside of what backups of the database copy. */
  readonly generationFolder: string;
  /**
   * Root keys that may have made the store, the likeliest first: while one is changed, the new one and the old one. They
   * stay the caller's to dispose; not needed after opening. The first one makes a new store.
   */
  readonly rootKeys: readonly [Secret, ...Secret[]];
  readonly sealing: Sealing;
  /** Hears which of the root keys opened the store. */
  readonly onRootKey?: ((rootKey: Secret) => void) | undefined;
  /** Called once when a write failed so that nobody knows what the disk holds: nothing more may be answered. */
  readonly onFailure?: (error: SidecarError) => void;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Whether the folder holds a keystore, so that its root key must not be made anew. */
export function keystoreExists(folder: string): boolean {
  return (statSync(databasePath(folder), { throwIfNoEntry: false })?.size ?? 0) > 0;
}

/**
 * Opens the keystore of a folder, creating it when there is none. The state folder must be locked before.
 *
 * @throws SidecarError `config_invalid` for a newer format, loose permissions or the wrong root key,
 *   `keystore_corrupt` for anything that does not verify
 */
export async function openKeystore(options: KeystoreOptions): Promise<Keystore> {
  const database = openDatabase(options.folder);
  try {
    return opened(database, options, new GenerationSecrets(options.generationFolder));
  } catch (error) {
    database.close();
    throw error;
  }
}

function opened(database: DatabaseSync, options: KeystoreOptions, secrets: GenerationSecrets): Keystore {
  const { sealing, rootKeys } = options;
  const isNew = formatOf(database) === 0;
  const { rootKey, stateRow } = isNew
    ? { rootKey: rootKeys[0], stateRow: new StateRow(database, sealing, rootKeys[0]) }
    : stateRowOf(database, sealing, rootKeys);
  try {
    const found = isNew ? undefined : authenticState(database, stateRow);
    settleSecrets(database, secrets, found);
    const envelope = openEnvelope(sealing, rootKey, secrets, found ?? { generation: firstGeneration });
    const state = upgraded(database, stateRow, found);
    secrets.confirm(state.generation);
    const rows = new AuthenticatedRows(database, stateRow, state, options.onFailure ?? (() => undefined));
    const stateRowFor = (newRootKey: Secret) => new StateRow(database, sealing, newRootKey);
    const turnover = new Turnover({ rows, envelope, secrets, sealing, rootKey, stateRowFor });
    turnover.eraseEarlier();
    options.onRootKey?.(rootKey);
    const files = databaseFiles(options.folder);
    const usage = new UsageRows(database, rows);
    return new RowKeystore({ rows, envelope, turnover, usage, files, now: options.now ?? Date.now });
  } catch (error) {
    stateRow.close();
    throw error;
  }
}

/**
 * Makes the secret of a new store, or brings the secrets of one in line with its state.
 *
 * @throws SidecarError `keystore_corrupt` when the secrets have seen a later state than the database, or any at all without one
 */
function settleSecrets(database: DatabaseSync, secrets: GenerationSecrets, state: StoreState | undefined): void {
  const newest = Math.max(0, ...secrets.confirmed());
  if (state === undefined) {
    // A store that vanished is never silently begun anew.
    if (newest > 0) throw corruption('the database is missing');
    secrets.create(firstGeneration).dispose();
    return;
  }
  if (newest > state.generation) throw corruption('the database is older than its generation secrets');
  // The process that made this state may have died before it was durable: it must be, before the secret says so.
  if (secrets.isProvisional(state.generation)) {
    if (!checkpoint(database)) throw new SidecarError('keystore_unavailable', 'somebody else reads the database');
    secrets.confirm(state.generation);
  }
  secrets.eraseProvisional();
}

function authenticState(database: DatabaseSync, stateRow: StateRow): StoreState {
  const state = stateRow.read();
  if (state.format !== formatOf(database)) throw corruption('the format of the keystore was changed');
  return state;
}

/** Brings the store to the newest format, or makes an empty one, in one transaction. */
function upgraded(database: DatabaseSync, stateRow: StateRow, state: StoreState | undefined): StoreState {
  if (state?.format === migrations.length) return state;
  return guarded(() => {
    database.exec('BEGIN EXCLUSIVE');
    migrate(database);
    const next = { ...(state ?? emptyState(database)), format: migrations.length };
    const written = stateRow.write(next);
    database.exec('COMMIT');
    written.accept();
    return next;
  });
}

function emptyState(database: DatabaseSync): StoreState {
  const nodes = new PendingNodes(database);
  const tree = MerkleTree.create(nodes);
  nodes.flush();
  return { format: 0, generation: firstGeneration, counter: 0, root: tree.root.toString('hex'), counts: {} };
}
