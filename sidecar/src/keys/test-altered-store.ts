import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'vitest';
import type { KeyRecord } from '../generated/types.ts';
import { type Keystore, openKeystore } from '../keystore/keystore.ts';
import type { StoreOptions } from '../keystore/open-store.ts';
import { databasePath } from '../keystore/storage/database.ts';
import { testFolder } from '../keystore/test-store.ts';

/** A store in files that somebody fills and closes, whose database is altered from outside, and which is opened again. */
export async function alteredStore(
  options: StoreOptions,
  fill: (keystore: Keystore) => Promise<void>,
  alter: (database: DatabaseSync) => void,
): Promise<Keystore> {
  const folder = testFolder();
  const places = { folder: join(folder, 'store'), generationFolder: join(folder, 'generations') };
  const keystore = await openKeystore({ ...places, ...options });
  await fill(keystore);
  await keystore.close();
  using database = new DatabaseSync(databasePath(places.folder));
  alter(database);
  return await openKeystore({ ...places, ...options });
}

/** Makes the record of a key one that does not verify. */
export function alterKey(database: DatabaseSync, { id }: KeyRecord): void {
  const statement = database.prepare("UPDATE rows SET value = CAST(value || ' ' AS BLOB) WHERE path = ?");
  expect(statement.run(`key/${id}`).changes).toBe(1);
}
