import { contentText } from '../backup/backup-text.ts';
import { addEarlierLogOptions, type EarlierLogOptions, readEarlierLog } from '../backup/earlier-log.ts';
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
  options: (command) => addEarlierLogOptions(addBackupOptions(command)),
  action: local<BackupOptions & EarlierLogOptions & GlobalOptions, [string]>(async ({ options, output }, file) => {
    guardProcess();
    const { isRestorable, rehearseBackup } = await import('@ferrohsm/sidecar');
    const earlier = await readEarlierLog(options, file, output);
    const read = await withBackup(file, options, 'rehearsing', (place) =>
      rehearseBackup({ ...place, sha256: earlier?.sha256 }),
    );
    await output.result(read, contentText(read));
    if (!isRestorable(read.outlook)) output.warn(nobodyCould);
  }),
};

const nobodyCould =
  'by the people and policies in it nobody could restore this backup: no one may ask and find enough others with approval keys';
