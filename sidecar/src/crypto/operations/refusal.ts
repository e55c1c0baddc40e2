import { SidecarError } from '../../errors.ts';

export function operationFailed(detail: string, cause?: unknown): SidecarError {
  return new SidecarError('operation_failed', detail, { cause });
}

/** Turns whatever node:crypto throws into `operation_failed`, the OperationError of WebCrypto. */
export function attempt<T>(operation: string, perform: () => T): T {
  try {
    return perform();
  } catch (cause) {
    if (cause instanceof SidecarError) throw cause;
    throw operationFailed(`${operation} did not succeed`, cause);
  }
}

/** @throws SidecarError `type_invalid` when the algorithm lacks a required member */
export function required<T>(value: T | undefined, member: string): T {
  if (value === undefined) throw new SidecarError('type_invalid', `algorithm.${member} is missing`);
  return value;
}
