import type { Backups } from '../backups/backups.ts';
import type { Handler } from '../request/context.ts';

export function createBackupList(backups: Pick<Backups, 'list'>): Handler<'backup.list'> {
  return async () => ({ backups: await backups.list() });
}
