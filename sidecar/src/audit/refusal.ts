import { SidecarError } from '../errors.ts';

/** The log's files do not say what they must: it is not opened, so that nothing is built on an altered history. */
export function damaged(what: string, reason: string): SidecarError {
  return new SidecarError('audit_corrupt', `${what}: ${reason}`);
}

/** A file function failed; the message of the system is kept as the cause, because it may hold a path. */
export function failed(what: string, cause: unknown): SidecarError {
  if (cause instanceof SidecarError) return cause;
  return new SidecarError('audit_unavailable', `${what} failed${errorCode(cause)}`, { cause });
}

function errorCode(cause: unknown): string {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? ` with ${cause.code}` : '';
}

/** Whether a file function failed because nothing has that name. */
export function isAbsent(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
}
