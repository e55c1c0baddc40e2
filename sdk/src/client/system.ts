import type { SystemStatusResult } from '../generated/types.ts';
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
}
