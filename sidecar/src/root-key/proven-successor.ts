import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { SidecarError } from '../errors.ts';

/**
 * What the store went over to, so that only that takes the place of the present one: whoever edits a file meanwhile would
 * otherwise leave a store that nothing opens. Keeps no more than a digest.
 */
export class ProvenSuccessor {
  readonly #key = randomBytes(32);
  #digest: Buffer | undefined;

  /** The root key was made of this. */
  remember(bytes: Uint8Array): void {
    this.#digest = this.#of(bytes);
  }

  /**
   * @param what names it in the refusal
   * @throws SidecarError `config_invalid` for anything but what was remembered
   */
  require(bytes: Uint8Array, what: string): void {
    if (this.#digest !== undefined && timingSafeEqual(this.#of(bytes), this.#digest)) return;
    throw new SidecarError('config_invalid', `${what} was changed since the keystore went over to it: put it back`);
  }

  #of(bytes: Uint8Array): Buffer {
    return createHmac('sha256', this.#key).update(bytes).digest();
  }
}
