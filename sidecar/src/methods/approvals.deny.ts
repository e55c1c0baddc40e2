import type { ApprovalDesk } from '../approval/desk.ts';
import type { Handler } from '../request/context.ts';

export function createApprovalsDeny(desk: Pick<ApprovalDesk, 'deny'>): Handler<'approvals.deny'> {
  return async ({ requestId, ...ballot }, { principal, requestDigest, requireCurrent }) => {
    const voter = { person: principal.id, credential: principal.credential.subject };
    const request = { requestId, requestDigest, principal: principal.id, requireCurrent };
    return { approval: await desk.deny({ ...ballot, ...voter }, request) };
  };
}
