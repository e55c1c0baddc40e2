import { backupText } from '../backup/backup-text.ts';
import { type CommandDescription, connected } from '../command.ts';

export const backupList: CommandDescription = {
  usage: 'list',
  summary: 'List the backups that were written, the newest last. Whether their files still exist is not looked at.',
  examples: `
# For people
ferrohsm backup list

# The files, for a script
ferrohsm backup list --json | jq -r '.backups[].file'`,
  action: connected(async ({ sidecar, output }) => {
    const backups = await sidecar.backups.list();
    await output.result({ backups }, backups.map(backupText).join('\n'));
    if (backups.length === 0) output.note('no backups');
  }),
};
