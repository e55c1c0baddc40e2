import { existsSync, readFileSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { SidecarError } from '../errors.ts';
import { replaceFile, syncFolder } from '../files/durable-file.ts';
import type { UnsealProgress } from '../generated/types.ts';
import type { Secret } from '../secret.ts';
import { nextName, type RootKeySuccession, unprepared } from './provider.ts';
import { ShareCollection } from './share-collection.ts';
import { findShareParameters } from './share-parameters.ts';
import { decodeShare, type KeyDerivation } from './share-text.ts';

/**
 * How one root key in shares follows another. The ceremony leaves the parameters of the new set beside the present ones;
 * its custodians give their shares to the running sidecar, so that they are known to open before anything depends on them.
 */
export class ShareSuccession implements RootKeySuccession, Disposable {
  readonly #path: string;
  readonly #derivation: KeyDerivation;
  #collected: ShareCollection | undefined;
  #proven: { readonly parameters: Buffer; readonly set: string } | undefined;

  /** @param path of the parameters of the set in force */
  constructor(path: string, derivation: KeyDerivation) {
    this.#path = path;
    this.#derivation = derivation;
  }

  /** Shares that were given of the prepared set; undefined where none is prepared that can be read. */
  get progress(): UnsealProgress | undefined {
    try {
      return this.#prepared()?.progress;
    } catch (error) {
      if (error instanceof SidecarError) return undefined;
      throw error;
    }
  }

  /**
   * Takes a share of the prepared set.
   *
   * @param text is the caller's to wipe
   * @returns its index; undefined for a share of another set
   * @throws SidecarError `share_invalid`, `share_repeated`
   */
  add(text: Uint8Array): number | undefined {
    const prepared = this.#prepared();
    const share = decodeShare(text, this.#derivation);
    if (prepared?.claims(share)) return prepared.take(share);
    share.value.dispose();
    return undefined;
  }

  async prepare(): Promise<Secret> {
    const prepared = this.#prepared();
    if (prepared === undefined) throw unprepared('make its shares with "ferrohsm root-key renew"');
    const rootKey = prepared.combine();
    this.proved(prepared);
    return rootKey;
  }

  /** The shares of this set gave the root key: it is what a commit puts in force, whatever lies in the file by then. */
  proved({ parameters, progress }: Pick<ShareCollection, 'parameters' | 'progress'>): void {
    this.#proven = { parameters, set: progress.set };
  }

  commit(): string {
    if (this.#proven === undefined) return '';
    const { parameters, set } = this.#proven;
    if (this.#isPrepared(parameters)) {
      renameSync(nextName(this.#path), this.#path);
      syncFolder(dirname(this.#path));
    } else {
      replaceFile(this.#path, parameters, 'share parameters file');
    }
    this.#proven = undefined;
    this.clear();
    return `the shares of set ${set} open the sidecar: copy shares.json with the configuration, and destroy the old shares`;
  }

  /** Whether they lie where they were prepared, as they were. */
  #isPrepared(parameters: Buffer): boolean {
    const path = nextName(this.#path);
    return existsSync(path) && readFileSync(path).equals(parameters);
  }

  /** Forgets what was collected. */
  clear(): void {
    this.#collected?.clear();
    this.#collected = undefined;
  }

  [Symbol.dispose](): void {
    this.clear();
  }

  /** The set may be prepared, or be replaced by another one, while the sidecar runs. */
  #prepared(): ShareCollection | undefined {
    const parameters = findShareParameters(nextName(this.#path));
    if (parameters?.label === this.#collected?.progress.set) return this.#collected;
    this.clear();
    this.#collected = parameters && new ShareCollection(parameters, this.#derivation);
    return this.#collected;
  }
}
