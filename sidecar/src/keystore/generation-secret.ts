import { randomBytes } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SidecarError } from '../errors.ts';
import { syncFolder, writeNewFile } from '../files/durable-file.ts';
import { ensurePrivateFolder, readPrivateFile } from '../files/private-file.ts';
import { Secret } from '../secret.ts';
import { corruption } from './corruption.ts';

const sizeBytes = 32;
const what = 'generation secret';
const whatFolder = 'folder of the generation secrets';

/**
 * Makes the secret of the first KEK generation for a store that is about to be created. It is born under a
 * provisional name: the final name means that a store exists, so a store that vanished is never silently begun anew.
 *
 * @throws SidecarError `keystore_corrupt` when a store of this generation existed before
 */
export function createGenerationSecret(folder: string, generation: number): Secret {
  ensurePrivateFolder(folder, whatFolder);
  if (existsSync(finalPath(folder, generation))) throw corruption('the database is missing');
  const path = provisionalPath(folder, generation);
  rmSync(path, { force: true });
  const secret = Secret.take(randomBytes(sizeBytes));
  writeNewFile(path, secret.bytes, what);
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
  ensurePrivateFolder(folder, whatFolder);
  confirmGenerationSecret(folder, generation);
  const secret = readPrivateFile(finalPath(folder, generation), what, sizeBytes);
  if (secret === undefined) throw corruption(`the secret of key generation ${generation} is missing`);
  if (secret.length !== sizeBytes) throw new SidecarError('config_invalid', `${what} has ${secret.length} bytes`);
  return secret;
}

function finalPath(folder: string, generation: number): string {
  return join(folder, `generation-${generation}.secret`);
}

function provisionalPath(folder: string, generation: number): string {
  return `${finalPath(folder, generation)}.new`;
}
