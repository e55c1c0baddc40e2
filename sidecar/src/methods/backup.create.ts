import type { Backups } from '../backups/backups.ts';
import type { Handler } from '../request/context.ts';
import { changeRequest } from './change-request.ts';

export function createBackupCreate(backups: Pick<Backups, 'create'>): Handler<'backup.create'> {
  return async ({ recipient, since, requestId }, execution) => ({
    backup: await backups.create(recipient, changeRequest(requestId, execution), since),
  });
}
