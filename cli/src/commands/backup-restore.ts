import { join, resolve } from 'node:path';
import { contentText } from '../backup/backup-text.ts';
import { readDestroyedVersions } from '../backup/destroyed-versions.ts';
import { withBackup } from '../backup/opened-backup.ts';
import { addOpenerOptions, type OpenerOptions } from '../backup/opener.ts';
import { type CommandDescription, local } from '../command.ts';
import type { GlobalOptions } from '../global-options.ts';
import { guardProcess } from '../process-guard.ts';
import { addRootKeyOptions, type GivenRootKey, rootKeyOptions } from '../root-key-options.ts';

interface RestoreOptions extends OpenerOptions, GivenRootKey, GlobalOptions {
  readonly state: string;
  readonly config: string;
  readonly log?: string;
}

export const backupRestore: CommandDescription = {
  usage: 'restore <file>',
  summary:
    'Make a new state folder of a backup, under the root key of this host. What the log says was destroyed since is not ' +
    'brought back.',
  examples: `
# On a new host, with the newest copy of the log of the old one
ferrohsm backup restore 20261128T220000Z-backup_XYZ.fhbk --recipient-key backup.key --state /var/lib/ferrohsm --config /etc/ferrohsm --log ./old-log`,
  offline: true,
  options: (command) => {
    addOpenerOptions(command)
      .requiredOption('--state <folder>', 'new state folder; it must not exist or be empty')
      .requiredOption('--config <folder>', 'configuration folder of the sidecar')
      .option('--log <folder>', 'newest log of the sidecar that the backup is of');
    addRootKeyOptions(command);
  },
  action: local<RestoreOptions, [string]>(async ({ options, output }, file) => {
    guardProcess();
    const { readBackupHeader, restoreBackup } = await import('@ferrohsm/sidecar');
    const configFolder = resolve(options.config);
    const destroyed =
      options.log === undefined
        ? undefined
        : await readDestroyedVersions(options.log, await readBackupHeader(file), output);
    if (destroyed === undefined)
      output.warn('without --log, keys that were destroyed after the backup come back: destroy them again');
    const restored = await withBackup(file, options, 'restoring', (place) =>
      restoreBackup({
        ...place,
        stateFolder: resolve(options.state),
        configFolder,
        rootKey: rootKeyOptions(options, join(configFolder, 'root.key')),
        destroyed,
        onNotice: output.warn,
      }),
    );
    await output.result(restored, contentText(restored));
    output.note(`${restored.keys} keys; ${restored.destroyedVersions} destroyed versions were not brought back`);
    output.note('the log begins anew with keys of its own: pin them with "ferrohsm audit keys"');
  }),
};
