import { type ErrorCode, errorTable } from './generated/errors.ts';
import type { ApprovalRequest } from './generated/types.ts';

/**
 * Thrown in the moment of a change when principals, policy, roles or keys have changed since it was decided: it is decided
 * once more. No client sees it.
 */
export class OutdatedDecision extends Error {
  override readonly name = 'OutdatedDecision';
}

/** What a client is told beside the code, as members of the error's `data`. */
export interface ErrorFacts {
  /** Of `approval_required`: the request that was filed. */
  readonly approval?: ApprovalRequest;
  /** Of `rate_limited`: when to try again. */
  readonly retryAfterMs?: number;
}

export interface SidecarErrorOptions extends ErrorOptions {
  readonly facts?: ErrorFacts;
}

/**
 * A refusal or failure that a client may see: a code from `schemas/errors.json` and a detail.
 * The detail names what was refused and never holds a secret or an internal path.
 *
 * @example throw new SidecarError('not_found', 'payments/signing');
 */
export class SidecarError extends Error {
  override readonly name = 'SidecarError';
  readonly code: ErrorCode;
  readonly detail: string | undefined;
  readonly facts: ErrorFacts;

  constructor(code: ErrorCode, detail?: string, { facts = {}, ...options }: SidecarErrorOptions = {}) {
    super(detail === undefined ? errorTable[code].message : `${errorTable[code].message}: ${detail}`, options);
    this.code = code;
    this.detail = detail;
    this.facts = facts;
  }
}
