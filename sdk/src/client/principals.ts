import type {
  ApprovalKey,
  Group,
  PrincipalRecord,
  PrincipalsListParams,
  PrincipalsListResult,
} from '../generated/types.ts';
import { newRequestId, onceMore } from './key-records.ts';
import type { Rpc } from './rpc.ts';

/** A change that can be repeated after a lost answer. */
export interface Repeatable {
  /** Chosen by the caller who wants to repeat the request later, 8 to 64 characters of base64url. */
  readonly requestId?: string;
}

/**
 * Persons, workloads and groups. Every change needs the approval of other people, and is refused with `governed_by_file`
 * where principals come from the configuration folder. Every method throws FerroHsmError with the sidecar's code.
 *
 * @example for await (const { id, roles } of hsm.principals.list()) console.log(id, roles);
 */
export class Principals {
  readonly #rpc: Rpc;

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
  }

  /**
   * All principals; pages are fetched as they are needed.
   *
   * @example for await (const { id } of hsm.principals.list()) console.log(id);
   */
  async *list(): AsyncGenerator<PrincipalRecord, void> {
    for await (const { principals } of this.#pages()) yield* principals;
  }

  /**
   * All groups.
   *
   * @example for await (const { id, members } of hsm.principals.groups()) console.log(id, members);
   */
  async *groups(): AsyncGenerator<Group, void> {
    for await (const { groups } of this.#pages()) yield* groups;
  }

  /**
   * One page of principals and groups; `nextCursor` is absent on the last.
   *
   * @example const { governance } = await hsm.principals.page({ limit: 1 });
   */
  page(options: PrincipalsListParams = {}): Promise<PrincipalsListResult> {
    return this.#rpc.call('principals.list', options);
  }

  /**
   * Creates or replaces a principal.
   *
   * @throws FerroHsmError `data_invalid`, `already_exists` for a credential of another principal, `quorum_unreachable`
   * @example await hsm.principals.set({ id: 'ci', kind: 'workload', owner: 'bob', roles: ['Service'], credentials });
   */
  async set(principal: PrincipalRecord, { requestId = newRequestId() }: Repeatable = {}): Promise<PrincipalRecord> {
    return (await onceMore(() => this.#rpc.call('principals.set', { principal, requestId }))).principal;
  }

  /**
   * Removes a principal; its sessions end.
   *
   * @throws FerroHsmError `not_found`, `quorum_unreachable`
   * @example await hsm.principals.remove('ci');
   */
  async remove(id: string, { requestId = newRequestId() }: Repeatable = {}): Promise<void> {
    await onceMore(() => this.#rpc.call('principals.remove', { id, requestId }));
  }

  /**
   * Creates or replaces a group.
   *
   * @throws FerroHsmError `data_invalid`, `quorum_unreachable`
   * @example await hsm.principals.setGroup({ id: 'payments', members: ['alice', 'ci'], roles: [] });
   */
  async setGroup(group: Group, { requestId = newRequestId() }: Repeatable = {}): Promise<Group> {
    return (await onceMore(() => this.#rpc.call('groups.set', { group, requestId }))).group;
  }

  /**
   * Removes a group.
   *
   * @throws FerroHsmError `not_found`, `quorum_unreachable`
   * @example await hsm.principals.removeGroup('payments');
   */
  async removeGroup(id: string, { requestId = newRequestId() }: Repeatable = {}): Promise<void> {
    await onceMore(() => this.#rpc.call('groups.remove', { id, requestId }));
  }

  /**
   * Enrols a person's public key, by which the person's approvals will be verified.
   *
   * @throws FerroHsmError `not_found`, `already_exists`, `data_invalid` for what is not such a key
   * @example await hsm.principals.enrolApprovalKey('bob', key);
   */
  async enrolApprovalKey(
    person: string,
    key: ApprovalKey,
    { requestId = newRequestId() }: Repeatable = {},
  ): Promise<PrincipalRecord> {
    return (await onceMore(() => this.#rpc.call('approvers.enrol', { person, key, requestId }))).principal;
  }

  /**
   * Removes an approval key; approvals that it gave count no more.
   *
   * @throws FerroHsmError `not_found`, `quorum_unreachable`
   * @example await hsm.principals.removeApprovalKey('bob', key.id);
   */
  async removeApprovalKey(
    person: string,
    keyId: string,
    { requestId = newRequestId() }: Repeatable = {},
  ): Promise<PrincipalRecord> {
    return (await onceMore(() => this.#rpc.call('approvers.remove', { person, keyId, requestId }))).principal;
  }

  async *#pages(): AsyncGenerator<PrincipalsListResult, void> {
    for (let cursor: string | undefined; ; ) {
      const page = await this.page(cursor === undefined ? {} : { cursor });
      yield page;
      cursor = page.nextCursor;
      if (cursor === undefined) return;
    }
  }
}
