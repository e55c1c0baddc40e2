import type { ChangeRequest } from '../documents.ts';
import type { Execution } from '../request/context.ts';

/** What makes the change of one call repeatable, and stops it when it is no longer allowed. */
export function changeRequest(
  requestId: string,
  { principal, requestDigest, requireCurrent }: Pick<Execution, 'principal' | 'requestDigest' | 'requireCurrent'>,
): ChangeRequest {
  return { requestId, requestDigest, principal: principal.id, requireCurrent };
}
