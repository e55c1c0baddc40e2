import type { DataKeyDecryptResult, DataKeyGenerateResult, DataKeyRewrapResult } from '../generated/types.ts';
import type { Rpc } from './rpc.ts';

/**
 * Data keys: 32 random bytes that an application encrypts with itself, kept beside the data, wrapped under a named key
 * that never leaves the sidecar. For files and streams see `Envelope` of `@ferrohsm/sdk/envelope`.
 */
export class DataKeys {
  readonly #rpc: Rpc;

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
  }

  /**
   * Makes a data key and wraps it under the newest active version of a named key of AES-GCM or AES-KW with 256 bits,
   * ML-KEM or a hybrid KEM.
   *
   * @returns `dataKey`: zero the bytes after use; `wrapped`: to be kept; `keyId`, `version`: of the named key
   * @throws FerroHsmError `not_found`, `key_state`, `not_supported`
   * @example const { dataKey, wrapped } = await hsm.dataKeys.generate('backups');
   */
  generate(nameOrId: string): Promise<DataKeyGenerateResult> {
    return this.#rpc.call('dataKey.generate', { name: nameOrId });
  }

  /**
   * Unwraps a data key with the version of the named key that wrapped it.
   *
   * @throws FerroHsmError `operation_failed` when it was changed or wrapped under another key; `data_invalid`,
   *   `not_found`, `key_state`
   * @example const { dataKey } = await hsm.dataKeys.decrypt('backups', wrapped);
   */
  decrypt(nameOrId: string, wrapped: Uint8Array): Promise<DataKeyDecryptResult> {
    return this.#rpc.call('dataKey.decrypt', { name: nameOrId, wrapped });
  }

  /**
   * Wraps a data key anew under the newest active version of the same named key; it does not leave the sidecar. For many
   * see `rewrapAll` of `@ferrohsm/sdk/envelope`.
   *
   * @throws FerroHsmError as `decrypt`
   * @example const { wrapped: fresh } = await hsm.dataKeys.rewrap('backups', wrapped);
   */
  rewrap(nameOrId: string, wrapped: Uint8Array): Promise<DataKeyRewrapResult> {
    return this.#rpc.call('dataKey.rewrap', { name: nameOrId, wrapped });
  }
}
