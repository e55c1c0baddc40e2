import { randomBytes } from 'node:crypto';
import { existsSync, realpathSync, renameSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { SidecarError } from '../errors.ts';
import { syncFolder } from '../files/durable-file.ts';
import { eraseFile, requireReplaceable } from '../files/erase-file.ts';
import { createPrivateFile, readPrivateFile } from '../files/private-file.ts';
import { Secret } from '../secret.ts';
import { ProvenSuccessor } from './proven-successor.ts';
import { nextName, type ObtainedRootKey, type RootKeyProvider, rootKeyBytes } from './provider.ts';

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
  const { path } = options;
  const nextPath = nextName(path);
  const proven = new ProvenSuccessor();

  function remembered(rootKey: Secret | undefined): Secret | undefined {
    if (rootKey !== undefined) proven.remember(rootKey.bytes);
    return rootKey;
  }

  return {
    async obtain() {
      refuseInside(path, options.stateFolder);
      // A key file is missing only where its successor was about to take its name: the store is under that one.
      if (!existsSync(path)) replaceBy(path, nextPath);
      return readKey(path) ?? makeKey(options);
    },
    async obtainNext() {
      return remembered(readKey(nextPath)?.rootKey);
    },
    succession: {
      async prepare() {
        requireReplaceable(path, what);
        const next = readKey(nextPath)?.rootKey ?? writeKey(nextPath);
        proven.remember(next.bytes);
        return next;
      },
      commit() {
        using next = readKey(nextPath)?.rootKey;
        if (next !== undefined) proven.require(next.bytes, `the next ${what}`);
        replaceBy(path, nextPath);
        return 'there is a new root key file: copy it to a safe place now, without it every key is lost';
      },
    },
  };
}

function writeKey(path: string): Secret {
  const rootKey = Secret.take(randomBytes(rootKeyBytes));
  createPrivateFile(path, rootKey.bytes, what);
  return rootKey;
}

function replaceBy(path: string, next: string): void {
  if (!existsSync(next)) return;
  eraseFile(path);
  renameSync(next, path);
  syncFolder(dirname(path));
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
  const rootKey = writeKey(path);
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
