import { join } from 'node:path';
import { damaged } from '../backup/refusal.ts';
import { createSealing } from '../crypto/sealing.ts';
import { type FillingRules, type Keystore, openKeystore, RootOfRows } from '../keystore/keystore.ts';
import type { Secret } from '../secret.ts';
import { type BackupPlace, type CopiedRow, type ReadBackup, readBackup } from './backup-file.ts';
import { isInTree, usageOf } from './store-rows.ts';
import type { Tombstone } from './tombstone.ts';

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

/** A store in a folder, new or not. */
export function openStore(folder: string, rootKey: Secret): Promise<Keystore> {
  const places = { folder: join(folder, 'keystore'), generationFolder: join(folder, 'generations') };
  return openKeystore({ ...places, rootKeys: [rootKey], sealing: createSealing() });
}

/** Fills a new store, proves that the rows are those that the backup says, and that every secret opens. */
export async function fillStore(
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
  const read = await readBackup(place, (rows) => {
    const stored = rows.filter(isInTree);
    source.add(stored);
    keystore.fill(stored.filter(isBroughtBack), rules);
    keystore.usage.save(new Map(rows.filter((row) => !isInTree(row)).map(usageOf)));
  });
  if (source.root !== read.header.stateRoot) throw damaged('its rows do not have the root that it names');
  await keystore.verify();
  return { ...read, keys: await keystore.count(), destroyedVersions: met.size };
}

function isBroughtBack({ path, secret, hash }: CopiedRow): boolean {
  const isWithheld = hash !== undefined && secret === undefined;
  return !isWithheld && !leftBehind.some((place) => path.startsWith(place));
}
