import { contentText } from '../backup/backup-text.ts';
import { addEarlierLogOptions, type EarlierLogOptions, readEarlierLog } from '../backup/earlier-log.ts';
import { addBackupOptions, type BackupOptions, withBackup } from '../backup/opened-backup.ts';
import { type CommandDescription, local } from '../command.ts';
import type { GlobalOptions } from '../global-options.ts';

export const backupVerify: CommandDescription = {
  usage: 'verify <file>',
  summary:
    'Check offline that a backup is whole, to its last byte, with all that it continues; and that the sidecar wrote it, by --log.',
  examples: `
# On the host where the private key is
ferrohsm backup verify 20261128T220000Z-backup_XYZ.fhbk --recipient-key backup.key

# That the sidecar wrote it: by a copy of its log, and keys that were pinned
ferrohsm backup verify 20261128T220000Z-backup_XYZ.fhbk --recipient-key backup.key --log ./old-log --key-file log.keys

# An increment whose earlier files lie elsewhere
ferrohsm backup verify 20261129T220000Z-backup_ABC.fhbk --base /vault/november --recipient-key backup.key`,
  offline: true,
  options: (command) => addEarlierLogOptions(addBackupOptions(command)),
  action: local<BackupOptions & EarlierLogOptions & GlobalOptions, [string]>(async ({ options, output }, file) => {
    const { verifyBackup } = await import('@ferrohsm/sidecar');
    const earlier = await readEarlierLog(options, file, output);
    const read = await withBackup(file, options, 'verifying', (place) =>
      verifyBackup({ ...place, sha256: earlier?.sha256 }),
    );
    await output.result(read, contentText(read));
  }),
};
