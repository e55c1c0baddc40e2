import type { ApprovalDesk } from '../approval/desk.ts';
import { SidecarError } from '../errors.ts';
import type { Handler } from '../request/context.ts';

export function createApprovalsGet(desk: Pick<ApprovalDesk, 'get'>): Handler<'approvals.get'> {
  return async ({ id }) => {
    const approval = await desk.get(id);
    if (approval === undefined) throw new SidecarError('not_found', id);
    return { approval };
  };
}
