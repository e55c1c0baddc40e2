import type { LogRetention } from '../log/log-retention.ts';
import type { Handler } from '../request/context.ts';
import { changeRequest } from './change-request.ts';

export function createAuditErase(retention: LogRetention): Handler<'audit.erase'> {
  return async ({ principal: person, before, requestId }, execution) =>
    retention.erase(person, before, changeRequest(requestId, execution));
}
