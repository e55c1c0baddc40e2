import type { ApprovalDesk } from '../approval/desk.ts';
import type { Handler } from '../request/context.ts';

const defaultTimeoutMs = 30_000;

export function createApprovalsWait(desk: Pick<ApprovalDesk, 'wait'>): Handler<'approvals.wait'> {
  return async ({ id, timeoutMs = defaultTimeoutMs }) => ({ approval: await desk.wait(id, timeoutMs) });
}
