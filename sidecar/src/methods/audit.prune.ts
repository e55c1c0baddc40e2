import type { LogRetention } from '../log-retention.ts';
import type { Handler } from '../request/context.ts';

export function createAuditPrune(retention: LogRetention): Handler<'audit.prune'> {
  return async ({ before, requestId }, { principal, requestDigest, requireCurrent }) => ({
    minimumIndex: await retention.prune(before, { requestId, requestDigest, principal: principal.id, requireCurrent }),
  });
}
