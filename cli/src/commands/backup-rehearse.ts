import { contentText } from '../backup/backup-text.ts';
import { addBackupOptions, type BackupOptions, withBackup } from '../backup/opened-backup.ts';
import { type CommandDescription, local } from '../command.ts';
import type { GlobalOptions } from '../global-options.ts';
import { guardProcess } from '../process-guard.ts';

export const backupRehearse: CommandDescription = {
  usage: 'rehearse <file>',
  summary:
    'Restore a backup into a private temporary folder, open every secret, compare the root of the store with the one that ' +
    'the backup names, and remove all of it again.',
  examples: `
# Every month, before it is needed
ferrohsm backup rehearse 20261128T220000Z-backup_XYZ.fhbk --recipient-key backup.key`,
  offline: true,
  options: addBackupOptions,
  action: local<BackupOptions & GlobalOptions, [string]>(async ({ options, output }, file) => {
    guardProcess();
    const { rehearseBackup } = await import('@ferrohsm/sidecar');
    const read = await withBackup(file, options, 'rehearsing', rehearseBackup);
    await output.result(read, contentText(read));
  }),
};
