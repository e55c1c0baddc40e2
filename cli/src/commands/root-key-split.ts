import { resolve } from 'node:path';
import { DryRunEnd } from '../change/dry-run.ts';
import { type CommandDescription, local } from '../command.ts';
import type { GlobalOptions } from '../global-options.ts';
import { handOver, splitRootKey } from '../share-ceremony.ts';
import { addShareOptions, requirePlace, type ShareCounts, sharesText, sharesWords } from '../share-counts.ts';

interface SplitOptions extends GlobalOptions {
  readonly config: string;
  readonly rootKey: string;
  readonly shares: ShareCounts;
  readonly sharesFolder?: string;
}

export const rootKeySplit: CommandDescription = {
  usage: 'split',
  effect: 'change',
  summary: 'Split the root key of a key file into shares, for a sidecar that has one already.',
  examples: `
# Any three of five custodians will open it; then delete the key file
ferrohsm root-key split --config /etc/ferrohsm --root-key /etc/ferrohsm/root.key --shares 3/5`,
  offline: true,
  options: (command) =>
    addShareOptions(
      command
        .requiredOption('--config <folder>', 'configuration folder of the sidecar')
        .requiredOption('--root-key <file>', 'the key file; it stays'),
      { isRequired: true },
    ),
  action: local<SplitOptions>(async ({ options, output }) => {
    const { shares, sharesFolder, rootKey } = options;
    requirePlace(options);
    const configFolder = resolve(options.config);
    using prepared = await splitRootKey(configFolder, shares, { kind: 'key-file', path: resolve(rootKey) });
    if (options.dryRun) throw new DryRunEnd(shares, [`split the root key of ${rootKey} into ${sharesWords(shares)}`]);
    const files = await handOver(prepared, sharesFolder);
    prepared.commit();
    await output.result({ ...shares, files }, sharesText(files));
    output.note(`start it with --root-key-shares, and delete ${rootKey} when the shares have opened it once`);
  }),
};
