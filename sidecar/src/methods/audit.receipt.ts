import type { AuditLog } from '../audit/log.ts';
import { SidecarError } from '../errors.ts';
import type { Handler } from '../request/context.ts';

export function createAuditReceipt(log: AuditLog): Handler<'audit.receipt'> {
  return async ({ index }) => {
    if (index >= log.size) throw new SidecarError('not_found', `record ${index} of ${log.size}`);
    if (index < log.minimumIndex) throw new SidecarError('not_found', `record ${index} was pruned`);
    return { receipt: await log.receipt(index) };
  };
}
