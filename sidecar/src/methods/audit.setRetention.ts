import type { LogRetention } from '../log-retention.ts';
import type { Handler } from '../request/context.ts';

export function createAuditSetRetention(retention: LogRetention): Handler<'audit.setRetention'> {
  return async ({ keepDays, requestId }, { principal, requestDigest, requireCurrent }) => {
    await retention.set(keepDays, { requestId, requestDigest, principal: principal.id, requireCurrent });
    return { keepDays };
  };
}
