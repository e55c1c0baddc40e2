import type { SessionInfo } from '../generated/types.ts';
import { newRequestId, onceMore } from './key-records.ts';
import type { Rpc } from './rpc.ts';

/** The connections of all principals. */
export class Sessions {
  readonly #rpc: Rpc;

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
  }

  /**
   * Every open connection.
   *
   * @throws FerroHsmError `permission_denied`
   * @example for (const { id, principal } of await hsm.sessions.list()) console.log(id, principal);
   */
  async list(): Promise<SessionInfo[]> {
    return (await this.#rpc.call('session.list', {})).sessions;
  }

  /**
   * Ends a connection; nothing more is answered on it.
   *
   * @throws FerroHsmError `not_found`, `permission_denied`
   * @example await hsm.sessions.revoke(session.id);
   */
  async revoke(session: string, { requestId = newRequestId() } = {}): Promise<void> {
    await onceMore(() => this.#rpc.call('session.revoke', { session, requestId }));
  }
}
