import { statSync } from 'node:fs';
import type { Keystore } from './contract.ts';
import { GenerationSecrets } from './generation-secrets.ts';
import { openStore, type StoreOptions } from './open-store.ts';
import { databasePath } from './storage/database.ts';
import { SqliteStorage } from './storage/sqlite-storage.ts';

export type * from './contract.ts';
export type * from './generations.ts';
export { RootOfRows } from './root-of-rows.ts';
export type { FillingRules } from './row-filling.ts';
export type { Sealing } from './sealing.ts';
export { WrongRootKey } from './store-state.ts';

export interface KeystoreOptions extends StoreOptions {
  /** Folder of the database: 0700, created when missing. */
  readonly folder: string;
  /** Folder of the generation secrets: 0700, outside of what backups of the database copy. */
  readonly generationFolder: string;
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
export async function openKeystore({ folder, generationFolder, ...options }: KeystoreOptions): Promise<Keystore> {
  const storage = new SqliteStorage(folder);
  try {
    return openStore(storage, new GenerationSecrets(generationFolder), options);
  } catch (error) {
    storage.close();
    throw error;
  }
}
