import type { AuditLog } from '../audit/log.ts';
import type { Handler } from '../request/context.ts';

export function createAuditCheckpoint(log: AuditLog): Handler<'audit.checkpoint'> {
  return async () => {
    const note = await log.checkpoint();
    const size = Number(note.split('\n', 2)[1]);
    return { checkpoint: { note, size, keys: [...log.verifierKeys] } };
  };
}
