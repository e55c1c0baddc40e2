import type { AuditLog } from '../audit/log.ts';
import type { Handler } from '../request/context.ts';

const defaultLimit = 100;

export function createAuditList(log: AuditLog): Handler<'audit.list'> {
  return async ({ start = 0, limit = defaultLimit }) => ({
    records: await log.records(start, limit),
    size: log.size,
    minimumIndex: log.minimumIndex,
  });
}
