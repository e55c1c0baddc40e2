import { ApprovalRequiredError, FerroHsmError } from '../errors.ts';
import { errorTable } from '../generated/errors.ts';

/**
 * A DOMException whose `cause` says what the sidecar said (the constructor takes a cause only in some runtimes), and whose
 * `approval` is what the operation waits for.
 */
export function domException(name: string, cause: FerroHsmError): DOMException {
  const exception = new DOMException(cause.message, name);
  defineValue(exception, 'cause', cause);
  if (cause instanceof ApprovalRequiredError) defineValue(exception, 'approval', cause.approval);
  return exception;
}

function defineValue(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, configurable: true, writable: true });
}

/** What a WebCrypto method rejects with: anything that user code threw passes as it is. */
export function toDomError(error: unknown): unknown {
  if (!(error instanceof FerroHsmError)) return error;
  const { dom } = errorTable[error.code];
  return dom === 'TypeError' ? new TypeError(error.message, { cause: error }) : domException(dom, error);
}
