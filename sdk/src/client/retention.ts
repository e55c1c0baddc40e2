import type { RetentionClass } from '../generated/types.ts';
import { newRequestId, onceMore } from './key-records.ts';
import type { Rpc } from './rpc.ts';

/** How long keys are kept after the end of their use, and what is destroyed by itself then. */
export class Retention {
  readonly #rpc: Rpc;

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
  }

  /**
   * The classes, in the order of their names. `default` is that of every key, any other that of the keys whose label
   * `retention` names it; the longest counts.
   *
   * @example for (const { name, keepSeconds } of await hsm.retention.list()) console.log(name, keepSeconds);
   */
  async list(): Promise<RetentionClass[]> {
    return (await this.#rpc.call('retention.list', {})).retentionClasses;
  }

  /**
   * Creates or replaces a class; needs the approval of other people.
   *
   * @example await hsm.retention.set({ name: 'compliance.sox', keepSeconds: 7 * 365 * 86_400, destroys: false });
   */
  async set(retentionClass: RetentionClass, { requestId = newRequestId() } = {}): Promise<RetentionClass> {
    const params = { retentionClass, requestId };
    return (await onceMore(() => this.#rpc.call('retention.set', params))).retentionClass;
  }

  /**
   * Removes a class; needs the approval of other people. Keys that name it are kept until it is there again.
   *
   * @throws FerroHsmError `not_found`
   * @example await hsm.with({ wait: true }).retention.remove('test.ephemeral');
   */
  async remove(name: string, { requestId = newRequestId() } = {}): Promise<void> {
    await onceMore(() => this.#rpc.call('retention.remove', { name, requestId }));
  }
}
