import type {
  Approval,
  ApprovalEvidence,
  ApprovalsEventsParams,
  ApprovalsEventsResult,
  ApprovalsListParams,
  ApprovalsListResult,
} from '../generated/types.ts';
import { untilApproved } from './held-approval.ts';
import { newRequestId, onceMore } from './key-records.ts';
import type { Rpc } from './rpc.ts';

/** Which approval requests are listed. */
export type ApprovalListOptions = Pick<ApprovalsListParams, 'state'>;

/** A decision, and what may be said with it. */
export interface VoteOptions {
  /** In the approver's words, at most 512 characters. */
  readonly reason?: string;
  /** Chosen by the caller who wants to repeat the request later, 8 to 64 characters of base64url. */
  readonly requestId?: string;
}

/**
 * Operations that wait for people, and what people said. Every method throws FerroHsmError with the sidecar's code.
 *
 * @example for await (const { id, operation } of hsm.approvals.list({ state: 'pending' })) console.log(id, operation);
 */
export class Approvals {
  readonly #rpc: Rpc;

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
  }

  /**
   * The requests that the caller made or may decide; pages are fetched as they are needed.
   *
   * @example for await (const { id } of hsm.approvals.list({ state: 'pending' })) console.log(id);
   */
  async *list(options: ApprovalListOptions = {}): AsyncGenerator<Approval, void> {
    for (let cursor: string | undefined; ; ) {
      const page = await this.page({ ...options, ...(cursor !== undefined && { cursor }) });
      yield* page.approvals;
      cursor = page.nextCursor;
      if (cursor === undefined) return;
    }
  }

  /**
   * One page of `list`; `nextCursor` is absent on the last.
   *
   * @example const { approvals, nextCursor } = await hsm.approvals.page({ limit: 20 });
   */
  page(options: ApprovalsListParams = {}): Promise<ApprovalsListResult> {
    return this.#rpc.call('approvals.list', options);
  }

  /**
   * One request with its votes and their evidence, which `verifyApproval` checks.
   *
   * @throws FerroHsmError `not_found`, also for one that the caller may not see
   * @example const approval = await hsm.approvals.get(id);
   */
  async get(id: string): Promise<Approval> {
    return (await this.#rpc.call('approvals.get', { id })).approval;
  }

  /**
   * Consents to one exact operation.
   *
   * @param evidence a compact JWS that `signApproval` made, or a WebAuthn assertion
   * @throws FerroHsmError `evidence_invalid`, `approval_closed`, `permission_denied` for who may not vote
   * @example await hsm.approvals.approve(id, { jws: await signApproval(approval, key, signer) });
   */
  async approve(id: string, evidence: ApprovalEvidence, options: VoteOptions = {}): Promise<Approval> {
    const params = { id, evidence, ...identified(options) };
    return (await onceMore(() => this.#rpc.call('approvals.approve', params))).approval;
  }

  /**
   * Refuses an operation for good.
   *
   * @throws FerroHsmError `approval_closed`, `permission_denied` for who may not vote
   * @example await hsm.approvals.deny(id, { reason: 'not before the audit' });
   */
  async deny(id: string, options: VoteOptions = {}): Promise<Approval> {
    return (await onceMore(() => this.#rpc.call('approvals.deny', { id, ...identified(options) }))).approval;
  }

  /**
   * Takes an own request back.
   *
   * @throws FerroHsmError `approval_closed`
   * @example await hsm.approvals.cancel(error.approval.id);
   */
  async cancel(id: string, { requestId = newRequestId() } = {}): Promise<Approval> {
    return (await onceMore(() => this.#rpc.call('approvals.cancel', { id, requestId }))).approval;
  }

  /**
   * Waits until other people have approved.
   *
   * @throws FerroHsmError `approval_closed` when it was denied, cancelled, has expired or was used; whatever the signal
   *   was aborted with
   * @example await hsm.approvals.wait(id, { signal: AbortSignal.timeout(600_000) });
   */
  wait(id: string, { signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<Approval> {
    return untilApproved(this.#rpc, id, signal);
  }

  /**
   * Steps of approvals as they happen: answers at once when there are any, else waits for one.
   *
   * @param options `after`: the event that was seen last; `timeoutMs`: 0 to 60000, default 30000
   * @returns the events and `last`, to go on from
   * @example ({ events, last } = await hsm.approvals.events({ after: last }));
   */
  events(options: ApprovalsEventsParams = {}): Promise<ApprovalsEventsResult> {
    return this.#rpc.call('approvals.events', options);
  }
}

function identified({ reason, requestId = newRequestId() }: VoteOptions) {
  return { ...(reason !== undefined && { reason }), requestId };
}
