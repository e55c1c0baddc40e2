import type { EmergencySessions } from '../approval/break-glass.ts';
import type { Handler } from '../request/context.ts';

export function createBreakGlassReview(emergencies: EmergencySessions): Handler<'breakGlass.review'> {
  return async ({ id, findings, requestId }, { principal, requestDigest, requireCurrent }) => {
    const reviewer = { person: principal.id, credential: principal.credential.subject };
    const request = { requestId, requestDigest, principal: principal.id, requireCurrent };
    return { breakGlass: await emergencies.review({ id, findings, ...reviewer }, request) };
  };
}
