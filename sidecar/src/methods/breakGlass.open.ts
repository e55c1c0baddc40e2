import type { EmergencySessions } from '../approval/break-glass.ts';
import type { Handler } from '../request/context.ts';

export function createBreakGlassOpen(emergencies: EmergencySessions): Handler<'breakGlass.open'> {
  return async ({ reason, ticket, requestId }, { principal, session, requestDigest, requireCurrent }) => {
    const caller = { principal: principal.id, credential: principal.credential.subject, session: session.id };
    const request = { requestId, requestDigest, principal: principal.id, requireCurrent };
    return { breakGlass: await emergencies.open({ ...caller, reason, ticket }, request) };
  };
}
