import type { LogRetention } from '../log-retention.ts';
import type { Handler } from '../request/context.ts';

export function createAuditErase(retention: LogRetention): Handler<'audit.erase'> {
  return async ({ principal: person, before, requestId }, { principal, requestDigest, requireCurrent }) =>
    retention.erase(person, before, { requestId, requestDigest, principal: principal.id, requireCurrent });
}
