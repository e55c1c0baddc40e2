import type { RotationPolicy } from '../generated/types.ts';
import { newRequestId, onceMore } from './key-records.ts';
import type { Rpc } from './rpc.ts';

/** When the next versions of all keys with certain labels are made by themselves. */
export class Rotation {
  readonly #rpc: Rpc;

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
  }

  /**
   * The policies, in the order of their names.
   *
   * @example for (const { name, schedule } of await hsm.rotation.list()) console.log(name, schedule);
   */
  async list(): Promise<RotationPolicy[]> {
    return (await this.#rpc.call('rotation.list', {})).rotationPolicies;
  }

  /**
   * Creates or replaces a policy, for all keys that have its labels; needs the approval of other people. Of several
   * policies and a key's own schedule the strictest of each limit counts.
   *
   * @throws FerroHsmError `invalid_params` for a schedule without a limit
   * @example await hsm.rotation.set({
   *   name: 'production', labels: { environment: 'production' }, schedule: { everySeconds: 90 * 86_400 },
   * });
   */
  async set(rotationPolicy: RotationPolicy, { requestId = newRequestId() } = {}): Promise<RotationPolicy> {
    const params = { rotationPolicy, requestId };
    return (await onceMore(() => this.#rpc.call('rotation.set', params))).rotationPolicy;
  }

  /**
   * Removes a policy; needs the approval of other people.
   *
   * @throws FerroHsmError `not_found`
   * @example await hsm.with({ wait: true }).rotation.remove('production');
   */
  async remove(name: string, { requestId = newRequestId() } = {}): Promise<void> {
    await onceMore(() => this.#rpc.call('rotation.remove', { name, requestId }));
  }
}
