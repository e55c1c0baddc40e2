import type { ChangeRequest } from '../documents.ts';
import { SidecarError } from '../errors.ts';
import type { Call, Trail } from './context.ts';
import type { RequestDigest } from './execute.ts';

/**
 * Holds a change to the state of the key or object that its caller has seen. A repeated request is let through: the state has
 * changed by its own first time, whose outcome it gets.
 *
 * @throws SidecarError `precondition_failed`, `request_conflict`
 */
export type RequireMatch = (trail: Trail) => Promise<void> | undefined;

/** Whether this change was made already. */
export type IsRepeated = (request: ChangeRequest) => Promise<boolean>;

export function createRequireMatch(isRepeated: IsRepeated, requestDigest: RequestDigest): RequireMatch {
  async function requireRepeated(trail: Trail): Promise<void> {
    const request = requestOf(trail, requestDigest);
    if (request !== undefined && (await isRepeated(request))) return;
    throw new SidecarError('precondition_failed', trail.target?.etag || 'there is none');
  }

  return (trail) => {
    const { ifMatch } = trail.call;
    if (ifMatch === undefined || matches(ifMatch, trail.target?.etag ?? '')) return undefined;
    return requireRepeated(trail);
  };
}

/** @throws SidecarError `precondition_failed` unless the caller means what has this ETag */
export function requireEtag({ ifMatch }: Pick<Call, 'ifMatch'>, etag: string): void {
  if (ifMatch !== undefined && !matches(ifMatch, etag)) throw new SidecarError('precondition_failed', etag);
}

/** RFC 9110 section 13.1.1: `*` is whatever there is. */
function matches(ifMatch: readonly string[], etag: string): boolean {
  return etag !== '' && (ifMatch.includes('*') || ifMatch.includes(etag));
}

function requestOf({ call, principal, params = {} }: Trail, requestDigest: RequestDigest): ChangeRequest | undefined {
  const { requestId } = params as { requestId?: string };
  if (requestId === undefined || principal === undefined) return undefined;
  return { requestId, requestDigest: requestDigest(call.method, params), principal: principal.id };
}
