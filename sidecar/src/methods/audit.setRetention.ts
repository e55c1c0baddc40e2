import type { LogRetention } from '../log/log-retention.ts';
import type { Handler } from '../request/context.ts';
import { changeRequest } from './change-request.ts';

export function createAuditSetRetention(retention: LogRetention): Handler<'audit.setRetention'> {
  return async ({ keepDays, requestId }, execution) => {
    await retention.set(keepDays, changeRequest(requestId, execution));
    return { keepDays };
  };
}
