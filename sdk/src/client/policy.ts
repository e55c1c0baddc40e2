import type {
  PolicyCheckResult,
  PolicyExplainParams,
  PolicyExplainResult,
  PolicyGetResult,
  PolicySimulateResult,
  PolicyVersion,
} from '../generated/types.ts';
import { newRequestId, onceMore } from './key-records.ts';
import type { Rpc } from './rpc.ts';

/** A policy officer's signature, as `signPolicy` makes it. */
export interface PolicySignature {
  readonly signature: string;
  /** Chosen by the caller who wants to repeat the request later, 8 to 64 characters of base64url. */
  readonly requestId?: string;
}

/**
 * The policies that decide who may do what. Every method throws FerroHsmError with the sidecar's code.
 *
 * @example const { outcome, reason } = await hsm.policy.explain({ principal: 'payments', action: 'subtle.sign', key });
 */
export class Policy {
  readonly #rpc: Rpc;

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
  }

  /**
   * The policies in force, or an earlier version, and the Cedar schema that they are validated against.
   *
   * @throws FerroHsmError `not_found` for a version that there is not
   * @example const { policy } = await hsm.policy.get();
   */
  get(version?: number): Promise<PolicyGetResult> {
    return this.#rpc.call('policy.get', version === undefined ? {} : { version });
  }

  /**
   * The versions of the policies, newest first; pages are fetched as they are needed.
   *
   * @example for await (const { version, loadedBy } of hsm.policy.history()) console.log(version, loadedBy);
   */
  async *history(): AsyncGenerator<PolicyVersion, void> {
    for (let cursor: string | undefined; ; ) {
      const page = await this.#rpc.call('policy.history', cursor === undefined ? {} : { cursor });
      yield* page.versions;
      cursor = page.nextCursor;
      if (cursor === undefined) return;
    }
  }

  /**
   * Says what is wrong with policies without loading them.
   *
   * @returns every finding with policy, line and reason; none when they could be loaded
   * @example const { findings } = await hsm.policy.check(text);
   */
  check(text: string): Promise<PolicyCheckResult> {
    return this.#rpc.call('policy.check', { text });
  }

  /**
   * Puts policies in force; needs the approval of other people.
   *
   * @throws FerroHsmError `policy_invalid`, `evidence_invalid`, `quorum_unreachable`, `governed_by_file`
   * @example await hsm.with({ wait: true }).policy.load(text, { signature: await signPolicy(text, key, signer) });
   */
  async load(text: string, { signature, requestId = newRequestId() }: PolicySignature): Promise<PolicyVersion> {
    return (await onceMore(() => this.#rpc.call('policy.load', { text, signature, requestId }))).policy;
  }

  /**
   * Puts an earlier version in force again, as a new version; needs the approval of other people.
   *
   * @throws FerroHsmError `not_found`, `policy_invalid`, `evidence_invalid`, `quorum_unreachable`, `governed_by_file`
   * @example await hsm.policy.rollback(3, { signature });
   */
  async rollback(version: number, { signature, requestId = newRequestId() }: PolicySignature): Promise<PolicyVersion> {
    return (await onceMore(() => this.#rpc.call('policy.rollback', { version, signature, requestId }))).policy;
  }

  /**
   * Says what the policies answer to a request, which of them decide it, and how many approvals would lift a denial.
   *
   * @throws FerroHsmError `not_found` for a principal that there is not
   * @example const { approvals } = await hsm.policy.explain({ principal: 'alice', action: 'keys.export', key: 'vault' });
   */
  explain(request: PolicyExplainParams): Promise<PolicyExplainResult> {
    return this.#rpc.call('policy.explain', request);
  }

  /**
   * Says which of the recorded requests other policies would decide otherwise.
   *
   * @param options `requests`: so many of the newest, 1 to 10000, default 1000
   * @throws FerroHsmError `policy_invalid`
   * @example const { changes } = await hsm.policy.simulate(text, { requests: 5000 });
   */
  simulate(text: string, { requests }: { readonly requests?: number } = {}): Promise<PolicySimulateResult> {
    return this.#rpc.call('policy.simulate', { text, ...(requests !== undefined && { requests }) });
  }
}
