import { type ErrorCode, errorTable } from './generated/errors.ts';
import type { Approval, ApprovalRequest } from './generated/types.ts';

/** What the sidecar says beside the code of an error. */
export interface ErrorFacts {
  /** Of `approval_required`. */
  readonly approval?: ApprovalRequest;
  /** Of `rate_limited`. */
  readonly retryAfterMs?: number;
}

export interface FerroHsmErrorOptions extends ErrorOptions {
  readonly facts?: ErrorFacts;
}

/**
 * A refusal or failure of the sidecar, or of the way to it. `code` is stable; `hint` says the next step.
 * On the WebCrypto face it is the `cause` of the DOMException or TypeError.
 *
 * @example if (error instanceof FerroHsmError && error.retryable) retry();
 */
export class FerroHsmError extends Error {
  override readonly name: string = 'FerroHsmError';
  readonly code: ErrorCode;
  /** Names what was refused; never a secret. */
  readonly detail: string | undefined;
  /** @internal */
  readonly facts: ErrorFacts;

  constructor(code: ErrorCode, detail?: string, { facts = {}, ...options }: FerroHsmErrorOptions = {}) {
    super(detail === undefined ? errorTable[code].message : `${errorTable[code].message}: ${detail}`, options);
    this.code = code;
    this.detail = detail;
    this.facts = facts;
  }

  get hint(): string {
    return errorTable[this.code].hint;
  }

  /** Milliseconds until the same call may succeed; of `rate_limited`. */
  get retryAfterMs(): number | undefined {
    return this.facts.retryAfterMs;
  }

  /** The same call may succeed later. */
  get retryable(): boolean {
    return errorTable[this.code].retryable;
  }
}

/** A request for approvals, and the way to wait for them. */
export interface HeldApproval extends ApprovalRequest {
  /**
   * Waits until other people have approved; then the same call goes through, made by the same principal with the same
   * arguments and requestId.
   *
   * @throws FerroHsmError `approval_closed` when it was denied, cancelled, has expired or was used; whatever the signal
   *   was aborted with
   * @example await error.approval.wait({ signal: AbortSignal.timeout(600_000) });
   */
  wait(options?: { readonly signal?: AbortSignal | undefined }): Promise<Approval>;
}

/**
 * An operation is held until other people approve it. On the WebCrypto face it is the `cause` of a DOMException
 * NotAllowedError, which has the same `approval`.
 *
 * @example if (error instanceof ApprovalRequiredError) console.log(`ferrohsm approval approve ${error.approval.id}`);
 */
export class ApprovalRequiredError extends FerroHsmError {
  override readonly name = 'ApprovalRequiredError';
  readonly approval: HeldApproval;

  constructor(approval: HeldApproval, detail?: string, options?: ErrorOptions) {
    super('approval_required', detail, options);
    this.approval = approval;
  }
}
