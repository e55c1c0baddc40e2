import type { AuditLog } from '../audit/log.ts';
import type { LogKeys } from '../log/log-keys.ts';
import type { Handler } from '../request/context.ts';
import { changeRequest } from './change-request.ts';

export function createAuditRotateKeys(log: AuditLog, keys: LogKeys): Handler<'audit.rotateKeys'> {
  return async ({ requestId }, execution) => {
    await log.rotateKeys(await keys.next(changeRequest(requestId, execution)));
    return { keys: [...log.verifierKeys] };
  };
}
