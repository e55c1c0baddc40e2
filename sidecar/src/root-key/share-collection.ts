import { timingSafeEqual } from 'node:crypto';
import { SidecarError } from '../errors.ts';
import type { UnsealProgress } from '../generated/types.ts';
import type { Secret } from '../secret.ts';
import { combineShares } from './shamir.ts';
import { checkOf, encodeShareParameters, type ShareParameters, tagOf } from './share-parameters.ts';
import { decodeShare, headOf, type KeyDerivation, type LabelledShare } from './share-text.ts';

/** Takes the shares of custodians one by one, until there are enough of them. */
export class ShareCollection implements Disposable {
  readonly #parameters: ShareParameters;
  readonly #derivation: KeyDerivation;
  readonly #shares = new Map<number, LabelledShare>();

  constructor(parameters: ShareParameters, derivation: KeyDerivation) {
    this.#parameters = parameters;
    this.#derivation = derivation;
  }

  get progress(): UnsealProgress {
    const { threshold, label } = this.#parameters;
    return { have: this.#shares.size, need: threshold, set: label };
  }

  /**
   * Takes a share; only a genuine one of this set, and each once.
   *
   * @param text is the caller's to wipe
   * @returns its index
   * @throws SidecarError `share_invalid`, `share_foreign`, `share_repeated`
   */
  add(text: Uint8Array): number {
    return this.take(decodeShare(text, this.#derivation));
  }

  /**
   * Takes a share that was read already, as {@link add} does.
   *
   * @param share is this collection's to wipe, also when it is refused
   */
  take(share: LabelledShare): number {
    try {
      this.#requireGenuine(share);
      if (this.#shares.has(share.index)) throw new SidecarError('share_repeated', `number ${share.index}`);
    } catch (error) {
      share.value.dispose();
      throw error;
    }
    this.#shares.set(share.index, share);
    return share.index;
  }

  /**
   * The root key, once there are enough shares; the receiver disposes it.
   *
   * @throws SidecarError `share_missing`; `config_invalid` when the parameters are not those of the dealing
   */
  combine(): Secret {
    const { have, need } = this.progress;
    if (have < need) throw new SidecarError('share_missing', `${have} of ${need}`);
    const rootKey = combineShares([...this.#shares.values()]);
    using check = checkOf(rootKey, this.#parameters, this.#derivation);
    if (timingSafeEqual(check.bytes, this.#parameters.check)) return rootKey;
    rootKey.dispose();
    throw new SidecarError('config_invalid', 'share parameters file: it was changed since the shares were made');
  }

  /** Those of the set, as a file. */
  get parameters(): Buffer {
    return encodeShareParameters(this.#parameters);
  }

  /** Whether a share says that it is of this set. */
  claims({ set }: LabelledShare): boolean {
    return set.label === this.#parameters.label;
  }

  /** Forgets what was collected. */
  clear(): void {
    for (const { value } of this.#shares.values()) value.dispose();
    this.#shares.clear();
  }

  [Symbol.dispose](): void {
    this.clear();
  }

  #requireGenuine({ set, index, value }: LabelledShare): void {
    const { label, threshold, count, tags } = this.#parameters;
    if (set.label !== label) throw new SidecarError('share_foreign', `it is of set ${set.label}, needed is ${label}`);
    const known = tags[index - 1];
    using tag = tagOf(value, headOf(set, index), this.#derivation);
    const isGenuine = known !== undefined && timingSafeEqual(tag.bytes, known);
    if (!isGenuine || set.threshold !== threshold || set.count !== count) {
      throw new SidecarError('share_invalid', `number ${index} is not the one that was made`);
    }
  }
}
