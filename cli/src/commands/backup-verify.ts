import { contentText } from '../backup/backup-text.ts';
import { addBackupOptions, type BackupOptions, withBackup } from '../backup/opened-backup.ts';
import { type CommandDescription, local } from '../command.ts';
import type { GlobalOptions } from '../global-options.ts';

export const backupVerify: CommandDescription = {
  usage: 'verify <file>',
  summary: 'Check offline that a backup is whole and authentic, to its last byte, with all that it continues.',
  examples: `
# On the host where the private key is
ferrohsm backup verify 20261128T220000Z-backup_XYZ.fhbk --recipient-key backup.key

# An increment whose earlier files lie elsewhere
ferrohsm backup verify 20261129T220000Z-backup_ABC.fhbk --base /vault/november --recipient-key backup.key`,
  offline: true,
  options: addBackupOptions,
  action: local<BackupOptions & GlobalOptions, [string]>(async ({ options, output }, file) => {
    const { verifyBackup } = await import('@ferrohsm/sidecar');
    const read = await withBackup(file, options, 'verifying', verifyBackup);
    await output.result(read, contentText(read));
  }),
};
