import type { ApprovalDesk } from '../approval/desk.ts';
import type { Handler } from '../request/context.ts';

export function createApprovalsCancel(desk: Pick<ApprovalDesk, 'cancel'>): Handler<'approvals.cancel'> {
  return async ({ id, requestId }, { principal, requestDigest, requireCurrent }) => {
    const request = { requestId, requestDigest, principal: principal.id, requireCurrent };
    return { approval: await desk.cancel({ id, requester: principal.id }, request) };
  };
}
