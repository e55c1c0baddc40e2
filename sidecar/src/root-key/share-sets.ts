import { SidecarError } from '../errors.ts';
import type { UnsealProgress } from '../generated/types.ts';
import { nextName } from './provider.ts';
import { ShareCollection } from './share-collection.ts';
import { findShareParameters, readShareParameters, type ShareParameters } from './share-parameters.ts';
import { decodeShare, type KeyDerivation } from './share-text.ts';

/** A set of which shares are collected, and whether it is the one that was prepared to follow. */
export interface CollectedSet {
  readonly shares: ShareCollection;
  readonly isNext: boolean;
}

/**
 * Takes the shares of a sealed sidecar: those of the set in force, and those of the one that was prepared to follow,
 * because the store may have gone over to it right before the process died.
 */
export class ShareSets implements Disposable {
  readonly #derivation: KeyDerivation;
  readonly #present: ShareCollection;
  readonly #next: ShareCollection | undefined;

  /**
   * @param path of the parameters of the set in force
   * @throws SidecarError `config_invalid`
   */
  constructor(path: string, derivation: KeyDerivation) {
    const next = readableParameters(nextName(path));
    this.#derivation = derivation;
    this.#present = new ShareCollection(readShareParameters(path), derivation);
    this.#next = next && new ShareCollection(next, derivation);
  }

  get progress(): { readonly progress: UnsealProgress; readonly next?: UnsealProgress } {
    const { progress } = this.#present;
    return { progress, ...(this.#next !== undefined && { next: this.#next.progress }) };
  }

  /**
   * Takes a share of either set.
   *
   * @param text is the caller's to wipe
   * @throws SidecarError `share_invalid`, `share_foreign`, `share_repeated`
   */
  add(text: Uint8Array): CollectedSet & { readonly index: number } {
    const share = decodeShare(text, this.#derivation);
    const isNext = this.#next?.claims(share) ?? false;
    const shares = isNext && this.#next !== undefined ? this.#next : this.#present;
    return { index: shares.take(share), shares, isNext };
  }

  /** What to say when shares of one set gave a root key that the store is not under. */
  refusalOf({ isNext }: CollectedSet): SidecarError | undefined {
    const other = isNext ? this.#present : this.#next;
    if (other === undefined) return undefined;
    return new SidecarError('share_foreign', `the keystore is under the root key of set ${other.progress.set}`);
  }

  /** Forgets what was collected. */
  clear(): void {
    this.#present.clear();
    this.#next?.clear();
  }

  [Symbol.dispose](): void {
    this.clear();
  }
}

/** Nothing may depend on the next set yet: what cannot be read must not keep the present one from opening. */
function readableParameters(path: string): ShareParameters | undefined {
  try {
    return findShareParameters(path);
  } catch (error) {
    if (error instanceof SidecarError) return undefined;
    throw error;
  }
}
