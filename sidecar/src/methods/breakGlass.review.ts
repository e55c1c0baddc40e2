import type { EmergencySessions } from '../approval/break-glass.ts';
import type { Handler } from '../request/context.ts';
import { changeRequest } from './change-request.ts';

export function createBreakGlassReview(emergencies: EmergencySessions): Handler<'breakGlass.review'> {
  return async ({ id, findings, requestId }, execution) => {
    const { principal } = execution;
    const reviewer = { person: principal.id, credential: principal.credential.subject };
    const request = changeRequest(requestId, execution);
    return { breakGlass: await emergencies.review({ id, findings, ...reviewer }, request) };
  };
}
