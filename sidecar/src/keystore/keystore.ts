import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import type { SidecarError } from '../errors.ts';
import type { Secret } from '../secret.ts';
import { AuthenticatedRows } from './authenticated-rows.ts';
import type { Keystore } from './contract.ts';
import { corruption } from './corruption.ts';
import { databasePath, formatOf, guarded, migrate, migrations, openDatabase } from './database.ts';
import { Envelope } from './envelope.ts';
import { confirmGenerationSecret, createGenerationSecret, readGenerationSecret } from './generation-secret.ts';
import { MerkleTree } from './merkle-tree.ts';
import { PendingNodes } from './pending-nodes.ts';
import { RowKeystore } from './row-keystore.ts';
import type { Sealing } from './sealing.ts';
import { StateRow, type StoreState } from './store-state.ts';

export type * from './contract.ts';
export type { Sealing } from './sealing.ts';

export interface KeystoreOptions {
  /** Folder of the database: 0700, created when missing. */
  readonly folder: string;
  /** Folder of the generation secrets: 0700, outside of what backups of the database copy. */
  readonly generationFolder: string;
  /** Stays the caller's to dispose; not needed after opening. */
  readonly rootKey: Secret;
  readonly sealing: Sealing;
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
  const stateRow = new StateRow(database, options.sealing, options.rootKey);
  try {
    const isNew = formatOf(database) === 0;
    const state = isNew ? undefined : authenticState(database, stateRow);
    const generation = state?.generation ?? 1;
    using generationSecret = isNew
      ? createGenerationSecret(options.generationFolder, generation)
      : readGenerationSecret(options.generationFolder, generation);
    const current = upgraded(database, stateRow, state, generation);
    if (isNew) confirmGenerationSecret(options.generationFolder, generation);
    const rows = new AuthenticatedRows(database, stateRow, current, options.onFailure ?? (() => undefined));
    const envelope = new Envelope(options.sealing, options.rootKey, generationSecret, generation);
    return new RowKeystore(rows, envelope, options.now ?? Date.now);
  } catch (error) {
    stateRow.close();
    database.close();
    throw error;
  }
}

function authenticState(database: DatabaseSync, stateRow: StateRow): StoreState {
  const state = stateRow.read();
  if (state.format !== formatOf(database)) throw corruption('the format of the keystore was changed');
  return state;
}

/** Brings the store to the newest format, or makes an empty one, in one transaction. */
function upgraded(
  database: DatabaseSync,
  stateRow: StateRow,
  state: StoreState | undefined,
  generation: number,
): StoreState {
  if (state?.format === migrations.length) return state;
  return guarded(() => {
    database.exec('BEGIN EXCLUSIVE');
    migrate(database);
    const next = { ...(state ?? emptyState(database, generation)), format: migrations.length };
    const written = stateRow.write(next);
    database.exec('COMMIT');
    written.accept();
    return next;
  });
}

function emptyState(database: DatabaseSync, generation: number): StoreState {
  const nodes = new PendingNodes(database);
  const tree = MerkleTree.create(nodes);
  nodes.flush();
  return { format: 0, generation, counter: 0, root: tree.root.toString('hex'), counts: {} };
}
