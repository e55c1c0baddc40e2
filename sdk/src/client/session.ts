import type { KeyHandle, SessionReleaseParams, SessionWhoamiResult } from '../generated/types.ts';
import type { Rpc } from './rpc.ts';

/** Handles that one call can release. */
const batchSize = 1000;

/** The connection as the sidecar sees it. */
export class Session {
  readonly #rpc: Rpc;

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
  }

  /**
   * The principal of this connection, and the name of its session in the log.
   *
   * @example const { principal } = await hsm.session.whoami();
   */
  async whoami(): Promise<SessionWhoamiResult> {
    return this.#rpc.call('session.whoami', {});
  }

  /**
   * Forgets session keys of this connection; handles that are unknown or of named keys are passed over.
   *
   * @returns how many were forgotten
   * @throws FerroHsmError `invalid_params` for what is not a handle
   * @example await hsm.session.release([handle]);
   */
  async release(handles: readonly KeyHandle[]): Promise<number> {
    let released = 0;
    for (let start = 0; start < handles.length; start += batchSize) {
      const batch = handles.slice(start, start + batchSize) as SessionReleaseParams['handles'];
      released += (await this.#rpc.call('session.release', { handles: batch })).released;
    }
    return released;
  }
}
