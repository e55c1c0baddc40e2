import type { ApprovalDesk } from '../approval/desk.ts';
import type { Handler } from '../request/context.ts';
import { changeRequest } from './change-request.ts';

export function createApprovalsApprove(desk: Pick<ApprovalDesk, 'approve'>): Handler<'approvals.approve'> {
  return async ({ requestId, ...ballot }, execution) => {
    const { principal } = execution;
    const voter = { person: principal.id, credential: principal.credential.subject };
    const request = changeRequest(requestId, execution);
    return { approval: await desk.approve({ ...ballot, ...voter }, request) };
  };
}
