import { readRecipient } from '../backup/backup-key.ts';
import { backupText } from '../backup/backup-text.ts';
import { type CommandDescription, connected } from '../command.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

interface BackupCreateOptions extends WaitOptions {
  readonly recipient: string;
  readonly since?: string;
}

export const backupCreate: CommandDescription = {
  usage: 'create',
  effect: 'change',
  summary:
    'Have the sidecar write a backup of all keys, policies and people into its backup folder, encrypted for one key. Needs ' +
    'the approval of other people.',
  examples: `
# For a key of "ferrohsm backup create-key"
ferrohsm backup create --recipient backup.json --wait

# Only what has changed since an earlier one for the same key
ferrohsm backup create --recipient backup.json --since backup_XYZ --wait

# For an ML-KEM-768 key of OpenSSL
openssl genpkey -algorithm ML-KEM-768 -out backup.pem && openssl pkey -in backup.pem -pubout -out backup.pub
ferrohsm backup create --recipient backup.pub --wait`,
  options: (command) =>
    addWaitOption(
      command
        .requiredOption('--recipient <file>', 'public key that the backup is written for')
        .option('--since <id>', 'earlier backup, from "backup list": write what has changed since'),
    ),
  action: connected<BackupCreateOptions>(async (context) => {
    const { recipient, since } = context.options;
    const change = since === undefined ? {} : { since };
    const backup = await clientsOf(context).backups.create(readRecipient(recipient), change);
    await context.output.result({ backup }, backupText(backup));
  }),
};
