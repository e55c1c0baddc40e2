import { type ErrorCode, errorTable } from './generated/errors.ts';

/**
 * A refusal or failure of the sidecar, or of the way to it. `code` is stable; `hint` says the next step.
 * On the WebCrypto face it is the `cause` of the DOMException or TypeError.
 *
 * @example if (error instanceof FerroHsmError && error.retryable) retry();
 */
export class FerroHsmError extends Error {
  override readonly name = 'FerroHsmError';
  readonly code: ErrorCode;
  /** Names what was refused; never a secret. */
  readonly detail: string | undefined;

  constructor(code: ErrorCode, detail?: string, options?: ErrorOptions) {
    super(detail === undefined ? errorTable[code].message : `${errorTable[code].message}: ${detail}`, options);
    this.code = code;
    this.detail = detail;
  }

  get hint(): string {
    return errorTable[this.code].hint;
  }

  /** The same call may succeed later. */
  get retryable(): boolean {
    return errorTable[this.code].retryable;
  }
}
