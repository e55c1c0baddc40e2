import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { createSealing } from '../crypto/sealing.ts';
import { SidecarError } from '../errors.ts';
import { replaceFile } from '../files/durable-file.ts';
import { ensurePrivateFolder, readPrivateFile } from '../files/private-file.ts';
import { nextName, rootKeyBytes } from '../root-key/provider.ts';
import { ShareCollection } from '../root-key/share-collection.ts';
import { dealShares } from '../root-key/share-dealing.ts';
import { readShareParameters } from '../root-key/share-parameters.ts';
import { isShareSet, type ShareSet } from '../root-key/share-text.ts';
import { Secret } from '../secret.ts';
import { shareParametersName } from './root-key-source.ts';

export type { ShareCollection } from '../root-key/share-collection.ts';

/** What is split. */
export type SplitRootKey =
  | { readonly kind: 'new' }
  | { readonly kind: 'key-file'; readonly path: string }
  /** The key that these shares give; their set is replaced. */
  | { readonly kind: 'shares'; readonly shares: ShareCollection }
  /** A new one, which is to follow the key that is in shares. */
  | { readonly kind: 'next' };

export interface ShareCeremony extends Pick<ShareSet, 'threshold' | 'count'> {
  /** Of the sidecar; the parameters file is written there. */
  readonly configFolder: string;
  readonly rootKey: SplitRootKey;
}

/** Shares that do not count yet. */
export interface PreparedShares extends Disposable {
  /** One for each custodian. */
  readonly texts: readonly Secret[];
  /**
   * From now on the sidecar takes these shares, and none of an earlier set; those of a next root key only once it has
   * gone over to that.
   */
  commit(): void;
}

/**
 * Splits a root key among custodians. Nothing is written before `commit`, so that shares which were not handed over leave
 * nothing behind.
 *
 * @throws SidecarError `config_invalid`, also where there are shares that would not be replaced; `share_missing`
 */
export function prepareShares({ configFolder, threshold, count, rootKey }: ShareCeremony): PreparedShares {
  if (!isShareSet({ threshold, count })) throw new SidecarError('config_invalid', `${threshold} of ${count} shares`);
  const path = placeOf(configFolder, rootKey);
  using key = keyOf(rootKey);
  const { texts, parameters } = dealShares(key, { threshold, count }, createSealing());
  return {
    texts,
    commit() {
      refuseReplaced(path, rootKey);
      ensurePrivateFolder(dirname(path), 'configuration folder');
      replaceFile(path, parameters, shareParametersName);
    },
    [Symbol.dispose]() {
      for (const text of texts) text.dispose();
    },
  };
}

/**
 * Takes the shares of the set that is in force.
 *
 * @throws SidecarError `config_invalid`
 */
export function collectShares(configFolder: string): ShareCollection {
  return new ShareCollection(readShareParameters(join(configFolder, shareParametersName)), createSealing());
}

/** Where the parameters go. */
function placeOf(configFolder: string, { kind }: SplitRootKey): string {
  const path = join(configFolder, shareParametersName);
  const next = nextName(path);
  if (kind === 'shares') {
    refuseExisting(next, 'it may replace the shares at any time; end that first');
    return path;
  }
  if (kind !== 'next') {
    refuseExisting(path, 'its shares open the sidecar');
    return path;
  }
  // Whoever has no shares yet would make some that no sidecar asks for.
  readShareParameters(path);
  refuseExisting(next, 'the sidecar may be under its shares; where the present ones have opened it since, delete it');
  return next;
}

function refuseExisting(path: string, detail: string): void {
  if (existsSync(path)) throw new SidecarError('config_invalid', `${basename(path)} exists: ${detail}`);
}

/** The sidecar may have gone over to another set while the custodians gave their shares: these would be of a dead key. */
function refuseReplaced(path: string, rootKey: SplitRootKey): void {
  if (rootKey.kind !== 'shares') return;
  refuseExisting(nextName(path), 'it was made meanwhile');
  if (readShareParameters(path).label === rootKey.shares.progress.set) return;
  throw new SidecarError('config_invalid', `${shareParametersName} was replaced meanwhile`);
}

function keyOf(rootKey: SplitRootKey): Secret {
  switch (rootKey.kind) {
    case 'new':
    case 'next':
      return Secret.take(randomBytes(rootKeyBytes));
    case 'shares':
      return rootKey.shares.combine();
    case 'key-file': {
      const key = readPrivateFile(rootKey.path, 'root key file', rootKeyBytes);
      if (key?.length === rootKeyBytes) return key;
      throw new SidecarError('config_invalid', `root key file is missing or has not ${rootKeyBytes} bytes`);
    }
  }
}
