import type { ApprovalDesk } from '../approval/desk.ts';
import type { Handler } from '../request/context.ts';
import { changeRequest } from './change-request.ts';

export function createApprovalsCancel(desk: Pick<ApprovalDesk, 'cancel'>): Handler<'approvals.cancel'> {
  return async ({ id, requestId }, execution) => {
    const { principal } = execution;
    const request = changeRequest(requestId, execution);
    return { approval: await desk.cancel({ id, requester: principal.id }, request) };
  };
}
