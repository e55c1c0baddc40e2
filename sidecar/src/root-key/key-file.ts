import { randomBytes } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { SidecarError } from '../errors.ts';
import { createPrivateFile, readPrivateFile } from '../files/private-file.ts';
import { Secret } from '../secret.ts';
import { type ObtainedRootKey, type RootKeyProvider, rootKeyBytes } from './provider.ts';

export interface KeyFileOptions {
  /** The key file: 32 random bytes, mode 0600, in a folder 0700. */
  readonly path: string;
  /** The key must lie outside of it: a copy of the state must not bring its key. */
  readonly stateFolder: string;
  /** Whether a keystore exists; then its key is never made anew. */
  readonly storeExists: () => boolean;
}

const what = 'root key file';

/**
 * The root key in a file, made on first start.
 *
 * @example createKeyFileProvider({ path: '/etc/ferrohsm/root.key', stateFolder, storeExists: () => false });
 */
export function createKeyFileProvider(options: KeyFileOptions): RootKeyProvider {
  return {
    async obtain() {
      refuseInside(options.path, options.stateFolder);
      return readKey(options.path) ?? makeKey(options);
    },
  };
}

function readKey(path: string): ObtainedRootKey | undefined {
  const rootKey = readPrivateFile(path, what, rootKeyBytes);
  if (rootKey !== undefined && rootKey.length !== rootKeyBytes) {
    throw new SidecarError('config_invalid', `${what} has ${rootKey.length} bytes, needs ${rootKeyBytes}`);
  }
  return rootKey && { rootKey, created: false };
}

function makeKey({ path, storeExists }: KeyFileOptions): ObtainedRootKey {
  if (storeExists()) throw new SidecarError('config_invalid', `${what} is missing, but the keystore exists`);
  const rootKey = Secret.take(randomBytes(rootKeyBytes));
  createPrivateFile(path, rootKey.bytes, what);
  const notice = `created the root key ${path}: copy it to a safe place now, without it every key is lost`;
  return { rootKey, created: true, notice };
}

function refuseInside(path: string, folder: string): void {
  const way = relative(realPath(folder), realPath(path));
  if (way !== '..' && !way.startsWith('../') && !isAbsolute(way)) {
    throw new SidecarError('config_invalid', `${what} lies inside the state folder`);
  }
}

/** Resolves links of the part of the path that exists. */
function realPath(path: string): string {
  const absolute = resolve(path);
  try {
    return realpathSync(absolute);
  } catch {
    return absolute === dirname(absolute) ? absolute : join(realPath(dirname(absolute)), basename(absolute));
  }
}
