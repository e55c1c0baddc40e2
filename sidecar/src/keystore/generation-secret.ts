import { randomBytes } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Secret } from '../secret.ts';
import { corruption } from './corruption.ts';
import { createPrivateFile, ensurePrivateFolder, readPrivateFile, syncFolder } from './private-path.ts';

const sizeBytes = 32;

/**
 * Makes the secret of the first KEK generation for a store that is about to be created. It is born under a
 * provisional name: the final name means that a store exists, so a store that vanished is never silently begun anew.
 *
 * @throws SidecarError `keystore_corrupt` when a store of this generation existed before
 */
export function createGenerationSecret(folder: string, generation: number): Secret {
  ensurePrivateFolder(folder);
  if (existsSync(finalPath(folder, generation))) throw corruption('the database is missing');
  const path = provisionalPath(folder, generation);
  rmSync(path, { force: true });
  const secret = Secret.take(randomBytes(sizeBytes));
  createPrivateFile(path, secret);
  syncFolder(folder);
  return secret;
}

/** Gives the secret its final name; called once the store that needs it is durable. */
export function confirmGenerationSecret(folder: string, generation: number): void {
  const provisional = provisionalPath(folder, generation);
  if (!existsSync(provisional) || existsSync(finalPath(folder, generation))) return;
  renameSync(provisional, finalPath(folder, generation));
  syncFolder(folder);
}

/** Reads the secret of a store that exists. */
export function readGenerationSecret(folder: string, generation: number): Secret {
  ensurePrivateFolder(folder);
  confirmGenerationSecret(folder, generation);
  const path = finalPath(folder, generation);
  if (!existsSync(path)) throw corruption(`the secret of key generation ${generation} is missing`);
  return readPrivateFile(path, sizeBytes);
}

function finalPath(folder: string, generation: number): string {
  return join(folder, `generation-${generation}.secret`);
}

function provisionalPath(folder: string, generation: number): string {
  return `${finalPath(folder, generation)}.new`;
}
