import type { AuditLog } from '../audit/log.ts';
import type { LogKeys } from '../log-keys.ts';
import type { Handler } from '../request/context.ts';

export function createAuditRotateKeys(log: AuditLog, keys: LogKeys): Handler<'audit.rotateKeys'> {
  return async ({ requestId }, { principal, requestDigest, requireCurrent }) => {
    await log.rotateKeys(await keys.next({ requestId, requestDigest, principal: principal.id, requireCurrent }));
    return { keys: [...log.verifierKeys] };
  };
}
