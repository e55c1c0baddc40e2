import { type ErrorCode, errorTable } from './generated/errors.ts';

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

  constructor(code: ErrorCode, detail?: string, options?: ErrorOptions) {
    super(detail === undefined ? errorTable[code].message : `${errorTable[code].message}: ${detail}`, options);
    this.code = code;
    this.detail = detail;
  }
}
