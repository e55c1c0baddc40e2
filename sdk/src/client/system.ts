import { FerroHsmError } from '../errors.ts';
import type {
  KeystoreChangeRootKeyResult,
  KeystoreVerifyResult,
  SystemStatusResult,
  SystemUnsealResult,
} from '../generated/types.ts';
import { newRequestId, onceMore } from './key-records.ts';
import type { Rpc } from './rpc.ts';

/** The sidecar itself. */
export class System {
  readonly #rpc: Rpc;

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
  }

  /**
   * Health, version and sizes of the sidecar.
   *
   * @throws FerroHsmError `permission_denied`
   * @example const { version, keys } = await hsm.system.status();
   */
  async status(): Promise<SystemStatusResult> {
    return this.#rpc.call('system.status', {});
  }

  /**
   * Gives one share of the root key to a sealed sidecar; with the last that is needed it is unsealed. One that is not sealed
   * takes shares of the next root key. Without a share a sealed sidecar asks its key file, credential or command again, which
   * only root and its own user may have it do.
   *
   * @param share its text; the caller wipes it
   * @throws FerroHsmError `share_invalid`, `share_foreign`, `share_repeated`, `rate_limited`, `permission_denied`
   * @example const { sealed, progress } = await hsm.system.unseal(await readFile('share-1.txt'));
   */
  async unseal(share?: Uint8Array): Promise<SystemUnsealResult> {
    return this.#rpc.call('system.unseal', share === undefined ? {} : { share });
  }

  /**
   * Wipes all keys from the memory of the sidecar, the session keys of all connections among them. Until it is unsealed
   * everything else is refused with `sealed`.
   *
   * @throws FerroHsmError `permission_denied`
   * @example await hsm.system.seal();
   */
  async seal({ requestId = newRequestId() } = {}): Promise<void> {
    try {
      await onceMore(() => this.#rpc.call('system.seal', { requestId }));
    } catch (error) {
      if (!(error instanceof FerroHsmError) || error.code !== 'sealed') throw error;
    }
  }

  /**
   * Random bytes of the sidecar's random source.
   *
   * @param length bytes, 1 to 65536
   * @throws FerroHsmError `permission_denied`, `invalid_params`
   * @example const salt = await hsm.system.random(16);
   */
  async random(length: number): Promise<Uint8Array> {
    const { bytes } = await this.#rpc.call('system.random', { length });
    return bytes;
  }

  /**
   * The OpenRPC document of the sidecar's interface.
   *
   * @throws FerroHsmError `permission_denied`
   * @example const { methods } = await hsm.system.discover();
   */
  async discover(): Promise<Readonly<Record<string, unknown>>> {
    return { ...(await this.#rpc.call('rpc.discover', {})) };
  }

  /**
   * Checks the whole keystore: its file, its authenticated tree, every row and every seal.
   *
   * @throws FerroHsmError `keystore_corrupt`
   * @example const { rows, root } = await hsm.system.verifyKeystore();
   */
  verifyKeystore(): Promise<KeystoreVerifyResult> {
    return this.#rpc.call('keystore.verify', {});
  }

  /**
   * Seals everything under a new key encryption key and erases the secret of the earlier one; needs the approval of other
   * people.
   *
   * @returns the generation that seals now
   * @example await hsm.with({ wait: true }).system.rotateKeystore();
   */
  async rotateKeystore({ requestId = newRequestId() } = {}): Promise<number> {
    return (await onceMore(() => this.#rpc.call('keystore.rotate', { requestId }))).generation;
  }

  /**
   * Puts the keystore under the next root key, which takes the place of the present one; needs the approval of other
   * people. A key file makes its successor by itself, every other root key is prepared before.
   *
   * @returns the generation that seals now, and what the operator has to do
   * @throws FerroHsmError `root_key_unprepared`, `share_missing`; `not_supported` for a passphrase from a descriptor
   * @example const { notice } = await hsm.with({ wait: true }).system.changeRootKey();
   */
  changeRootKey({ requestId = newRequestId() } = {}): Promise<KeystoreChangeRootKeyResult> {
    return onceMore(() => this.#rpc.call('keystore.changeRootKey', { requestId }));
  }
}
