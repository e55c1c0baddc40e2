import type { BreakGlass as BreakGlassSession } from '../generated/types.ts';
import { newRequestId, onceMore } from './key-records.ts';
import type { Rpc } from './rpc.ts';

/** Emergency sessions, each of which somebody else reviews afterwards. */
export class BreakGlass {
  readonly #rpc: Rpc;

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
  }

  /**
   * Gives this connection the role BreakGlass for 15 minutes: use of named keys, no release and no destruction. Needs the
   * approval of another person.
   *
   * @throws FerroHsmError `review_open` while the one before is not reviewed
   * @example await hsm.with({ wait: true }).breakGlass.open({ reason: 'payments are down', ticket: 'INC-4711' });
   */
  async open(
    why: { readonly reason: string; readonly ticket: string },
    { requestId = newRequestId() } = {},
  ): Promise<BreakGlassSession> {
    return (await onceMore(() => this.#rpc.call('breakGlass.open', { ...why, requestId }))).breakGlass;
  }

  /**
   * All emergency sessions and their reviews.
   *
   * @throws FerroHsmError `permission_denied`
   * @example const open = (await hsm.breakGlass.list()).filter(({ review }) => review === undefined);
   */
  async list(): Promise<BreakGlassSession[]> {
    return (await this.#rpc.call('breakGlass.list', {})).breakGlasses;
  }

  /**
   * Closes an emergency session with what was found; not by the one who opened it.
   *
   * @param findings 3 to 512 characters
   * @throws FerroHsmError `not_found`, `already_exists` when it is reviewed, `permission_denied`
   * @example await hsm.breakGlass.review(id, 'key use as in the incident report');
   */
  async review(id: string, findings: string, { requestId = newRequestId() } = {}): Promise<BreakGlassSession> {
    return (await onceMore(() => this.#rpc.call('breakGlass.review', { id, findings, requestId }))).breakGlass;
  }
}
