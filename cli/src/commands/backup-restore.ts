import { join, resolve } from 'node:path';
import type { BackupPlace, RestoreOptions } from '@ferrohsm/sidecar';
import type { Command } from 'commander';
import { contentText } from '../backup/backup-text.ts';
import { addEarlierLogOptions, type EarlierLogOptions, readEarlierLog } from '../backup/earlier-log.ts';
import { addBackupOptions, type BackupOptions, withBackup } from '../backup/opened-backup.ts';
import { type ConsentOptions, consentWish, writePlan } from '../backup/restore-request.ts';
import { requireAgreement, requireAttended } from '../change/agreement.ts';
import { DryRunEnd } from '../change/dry-run.ts';
import { addYesOption, type ChangeOptions } from '../change/effect.ts';
import { type CommandDescription, local } from '../command.ts';
import type { GlobalOptions } from '../global-options.ts';
import { repeated } from '../option-values.ts';
import type { Output } from '../output.ts';
import { guardProcess } from '../process-guard.ts';
import { addRootKeyOptions, type GivenRootKey, rootKeyOptions } from '../root-key-options.ts';

interface BackupRestoreOptions extends BackupOptions, ConsentOptions, EarlierLogOptions, GivenRootKey, GlobalOptions {
  readonly state: string;
  readonly config: string;
}

export const backupRestore: CommandDescription = {
  usage: 'restore <file>',
  effect: 'change',
  summary:
    'Make a new state folder of a backup, under the root key of this host, once other people in the backup consent. What ' +
    'the log says was destroyed since is not brought back.',
  examples: `
# On a new host, with the newest copy of the log of the old one: what is to be done, for other people to approve
ferrohsm backup restore 20261128T220000Z-backup_XYZ.fhbk --recipient-key backup.key --state /var/lib/ferrohsm --config /etc/ferrohsm --log ./old-log --plan request.json --requester alice --reason 'the host burned down'

# With their approvals: "backup approve-restore"
ferrohsm backup restore 20261128T220000Z-backup_XYZ.fhbk --recipient-key backup.key --state /var/lib/ferrohsm --config /etc/ferrohsm --log ./old-log --approval bob.json --approval carol.json

# In an emergency, by whom the policies in the backup let act so; dave signs the request too
ferrohsm backup restore 20261128T220000Z-backup_XYZ.fhbk --recipient-key backup.key --state /var/lib/ferrohsm --config /etc/ferrohsm --log ./old-log --plan request.json --requester dave --reason 'the officers cannot be reached' --emergency`,
  offline: true,
  options: (command) => {
    addYesOption(addBackupOptions(command))
      .requiredOption('--state <folder>', 'new state folder; it must not exist or be empty')
      .requiredOption('--config <folder>', 'configuration folder of the sidecar');
    addEarlierLogOptions(command);
    addConsentOptions(command);
    addRootKeyOptions(command);
  },
  action: local<BackupRestoreOptions, [string]>(async ({ options, output }, file) => {
    guardProcess();
    const wish = consentWish(options);
    const earlier = await earlierLog(options, file, output);
    const restores = wish === undefined || !('plan' in wish);
    if (options.dryRun || (restores && !options.yes)) await weigh(options, file, earlier?.sha256);
    const { planRestore, restoreBackup } = await import('@ferrohsm/sidecar');
    if (wish !== undefined && 'plan' in wish) {
      const place = await withBackup(file, options, 'reading', (place) =>
        planRestore({ ...place, ...wish.request, ...earlier }),
      );
      await writePlan(wish.plan, place, output);
      return;
    }
    const restored = await withBackup(file, options, 'restoring', (place) =>
      restoreBackup({ ...placesOf(options, place, output), ...earlier, consent: wish }),
    );
    await output.result(restored, contentText(restored));
    output.note(`${restored.keys} keys; ${restored.destroyedVersions} destroyed versions were not brought back`);
    output.note('the log begins anew with keys of its own: pin them with "ferrohsm audit keys"');
  }),
};

/** Reads all of the backup, and says what becomes of it. */
async function weigh(options: BackupRestoreOptions & ChangeOptions, file: string, sha256: string | undefined) {
  requireAttended(options);
  const { verifyBackup } = await import('@ferrohsm/sidecar');
  const read = await withBackup(file, options, 'verifying', (place) => verifyBackup({ ...place, sha256 }));
  const words = `make the state folder ${resolve(options.state)} of the backup ${file}`;
  if (options.dryRun) throw new DryRunEnd({ ...read, state: resolve(options.state) }, [words, contentText(read)]);
  await requireAgreement(options, [`you are about to ${words}`, contentText(read)]);
}

function addConsentOptions(command: Command): void {
  command
    .option('--plan <file>', 'restore nothing: write down what is to be done, for other people to approve')
    .option('--requester <id>', 'who asks, of the people in the backup')
    .option('--reason <text>', 'why, for those who approve')
    .option('--approval <file>', 'approval of another person, from "backup approve-restore"', repeated)
    .option('--emergency', 'with --plan: by the rules for emergencies, and another person has to review it afterwards');
}

async function earlierLog(options: BackupRestoreOptions, file: string, output: Output) {
  const earlier = await readEarlierLog(options, file, output);
  if (earlier === undefined) {
    output.warn('without --log, keys that were destroyed after the backup come back: destroy them again');
    output.warn('without --log, nothing says that the sidecar wrote it: whoever has the public key could have');
  }
  return earlier;
}

function placesOf(options: BackupRestoreOptions, place: BackupPlace, output: Output): RestoreOptions {
  const configFolder = resolve(options.config);
  const rootKey = rootKeyOptions(options, join(configFolder, 'root.key'));
  return { ...place, stateFolder: resolve(options.state), configFolder, rootKey, onNotice: output.warn };
}
