import type { EmergencySessions } from '../approval/break-glass.ts';
import type { Handler } from '../request/context.ts';
import { changeRequest } from './change-request.ts';

export function createBreakGlassOpen(emergencies: EmergencySessions): Handler<'breakGlass.open'> {
  return async ({ reason, ticket, requestId }, execution) => {
    const { principal, session } = execution;
    const caller = { principal: principal.id, credential: principal.credential.subject, session: session.id };
    const request = changeRequest(requestId, execution);
    return { breakGlass: await emergencies.open({ ...caller, reason, ticket }, request) };
  };
}
