import type { ApprovalDesk } from '../approval/desk.ts';
import type { Handler } from '../request/context.ts';
import { changeRequest } from './change-request.ts';

export function createApprovalsDeny(desk: Pick<ApprovalDesk, 'deny'>): Handler<'approvals.deny'> {
  return async ({ requestId, ...ballot }, execution) => {
    const { principal } = execution;
    const voter = { person: principal.id, credential: principal.credential.subject };
    const request = changeRequest(requestId, execution);
    return { approval: await desk.deny({ ...ballot, ...voter }, request) };
  };
}
