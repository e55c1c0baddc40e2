import type { LogRetention } from '../log/log-retention.ts';
import type { Handler } from '../request/context.ts';
import { changeRequest } from './change-request.ts';

export function createAuditPrune(retention: LogRetention): Handler<'audit.prune'> {
  return async ({ before, requestId }, execution) => ({
    minimumIndex: await retention.prune(before, changeRequest(requestId, execution)),
  });
}
