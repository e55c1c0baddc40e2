import type { ApprovalDesk } from '../approval/desk.ts';
import type { Handler } from '../request/context.ts';

export function createApprovalsApprove(desk: Pick<ApprovalDesk, 'approve'>): Handler<'approvals.approve'> {
  return async ({ requestId, ...ballot }, { principal, requestDigest, requireCurrent }) => {
    const voter = { person: principal.id, credential: principal.credential.subject };
    const request = { requestId, requestDigest, principal: principal.id, requireCurrent };
    return { approval: await desk.approve({ ...ballot, ...voter }, request) };
  };
}
