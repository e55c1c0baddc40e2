import { join, resolve } from 'node:path';
import type { BackupPlace, RestoreOptions } from '@ferrohsm/sidecar';
import type { Command } from 'commander';
import { contentText } from '../backup/backup-text.ts';
import { readDestroyedVersions } from '../backup/destroyed-versions.ts';
import { addBackupOptions, type BackupOptions, withBackup } from '../backup/opened-backup.ts';
import { type ConsentOptions, consentWish, writePlan } from '../backup/restore-request.ts';
import { type CommandDescription, local } from '../command.ts';
import type { GlobalOptions } from '../global-options.ts';
import { repeated } from '../option-values.ts';
import type { Output } from '../output.ts';
import { guardProcess } from '../process-guard.ts';
import { addRootKeyOptions, type GivenRootKey, rootKeyOptions } from '../root-key-options.ts';

interface BackupRestoreOptions extends BackupOptions, ConsentOptions, GivenRootKey, GlobalOptions {
  readonly state: string;
  readonly config: string;
  readonly log?: string;
}

export const backupRestore: CommandDescription = {
  usage: 'restore <file>',
  summary:
    'Make a new state folder of a backup, under the root key of this host, once other people in the backup consent. What ' +
    'the log says was destroyed since is not brought back.',
  examples: `
# On a new host, with the newest copy of the log of the old one: what is to be done, for other people to approve
ferrohsm backup restore 20261128T220000Z-backup_XYZ.fhbk --recipient-key backup.key --state /var/lib/ferrohsm --config /etc/ferrohsm --log ./old-log --plan request.json --requester alice --reason 'the host burned down'

# With their approvals: "backup approve-restore"
ferrohsm backup restore 20261128T220000Z-backup_XYZ.fhbk --recipient-key backup.key --state /var/lib/ferrohsm --config /etc/ferrohsm --log ./old-log --approval bob.json --approval carol.json

# Nobody is left who could approve, and the policies in the backup let dave act in an emergency
ferrohsm backup restore 20261128T220000Z-backup_XYZ.fhbk --recipient-key backup.key --state /var/lib/ferrohsm --config /etc/ferrohsm --log ./old-log --requester dave --emergency 'the officers cannot be reached'`,
  offline: true,
  options: (command) => {
    addBackupOptions(command)
      .requiredOption('--state <folder>', 'new state folder; it must not exist or be empty')
      .requiredOption('--config <folder>', 'configuration folder of the sidecar')
      .option('--log <folder>', 'newest log of the sidecar that the backup is of');
    addConsentOptions(command);
    addRootKeyOptions(command);
  },
  action: local<BackupRestoreOptions, [string]>(async ({ options, output }, file) => {
    guardProcess();
    const wish = consentWish(options);
    const { planRestore, restoreBackup } = await import('@ferrohsm/sidecar');
    const destroyed = await destroyedSince(options, file, output);
    if (wish !== undefined && 'plan' in wish) {
      const place = await withBackup(file, options, 'reading', (place) =>
        planRestore({ ...place, ...wish.request, destroyed }),
      );
      await writePlan(wish.plan, place, output);
      return;
    }
    const restored = await withBackup(file, options, 'restoring', (place) =>
      restoreBackup({ ...placesOf(options, place, output), destroyed, consent: wish }),
    );
    await output.result(restored, contentText(restored));
    output.note(`${restored.keys} keys; ${restored.destroyedVersions} destroyed versions were not brought back`);
    output.note('the log begins anew with keys of its own: pin them with "ferrohsm audit keys"');
  }),
};

function addConsentOptions(command: Command): void {
  command
    .option('--plan <file>', 'restore nothing: write down what is to be done, for other people to approve')
    .option('--requester <id>', 'who asks, of the people in the backup')
    .option('--reason <text>', 'why, for those who approve')
    .option('--approval <file>', 'approval of another person, from "backup approve-restore"', repeated)
    .option('--emergency <reason>', 'restore without approvals: another person has to review it afterwards');
}

async function destroyedSince({ log }: BackupRestoreOptions, file: string, output: Output) {
  const { readBackupHeader } = await import('@ferrohsm/sidecar');
  if (log !== undefined) return await readDestroyedVersions(log, await readBackupHeader(file), output);
  output.warn('without --log, keys that were destroyed after the backup come back: destroy them again');
  return undefined;
}

function placesOf(options: BackupRestoreOptions, place: BackupPlace, output: Output): RestoreOptions {
  const configFolder = resolve(options.config);
  const rootKey = rootKeyOptions(options, join(configFolder, 'root.key'));
  return { ...place, stateFolder: resolve(options.state), configFolder, rootKey, onNotice: output.warn };
}
