import { SidecarError } from '../../errors.ts';
import type { ErrorCode } from '../../generated/errors.ts';

export function dataInvalid(detail: string, cause?: unknown): SidecarError {
  return new SidecarError('data_invalid', detail, { cause });
}

export function notSupported(detail: string): SidecarError {
  return new SidecarError('not_supported', detail);
}

/** Runs a decoder of key data; whatever node:crypto throws means that the data is no such key. */
export function decoding<T>(what: string, decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    if (cause instanceof SidecarError) throw cause;
    throw dataInvalid(what, cause);
  }
}

const codes: Readonly<Record<string, ErrorCode>> = Object.freeze({
  SyntaxError: 'syntax_invalid',
  DataError: 'data_invalid',
  NotSupportedError: 'not_supported',
  InvalidAccessError: 'access_invalid',
});

/** Runs native WebCrypto and turns what it throws into the code of the same meaning. */
export async function throughNative<T>(call: () => Promise<T> | T): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw fromNative(cause);
  }
}

function fromNative(cause: unknown): unknown {
  if (cause instanceof SidecarError) return cause;
  if (cause instanceof DOMException) {
    return new SidecarError(codes[cause.name] ?? 'operation_failed', lowerCaseFirst(cause.message), { cause });
  }
  // The text of a native TypeError may show the value that it refuses, which may be key material.
  if (cause instanceof TypeError) return new SidecarError('type_invalid', 'algorithm or key data');
  return new SidecarError('operation_failed', undefined, { cause });
}

/** "Invalid keyData" becomes "invalid keyData", "AES key" stays. */
function lowerCaseFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
