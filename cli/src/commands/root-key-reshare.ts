import { resolve } from 'node:path';
import { requireAgreement } from '../change/agreement.ts';
import { DryRunEnd } from '../change/dry-run.ts';
import { type CommandDescription, local } from '../command.ts';
import type { GlobalOptions } from '../global-options.ts';
import { repeated } from '../option-values.ts';
import { gatherShares, handOver, splitRootKey } from '../share-ceremony.ts';
import { addShareOptions, requirePlace, type ShareCounts, sharesText, sharesWords } from '../share-counts.ts';

interface ReshareOptions extends GlobalOptions {
  readonly config: string;
  readonly shareFile?: readonly string[];
  readonly shares: ShareCounts;
  readonly sharesFolder?: string;
}

export const rootKeyReshare: CommandDescription = {
  usage: 'reshare',
  effect: 'weighty',
  summary: 'Replace the set of shares by a new one, with other custodians or another number of them.',
  examples: `
# Three of the present custodians type their shares; then five new ones are made
ferrohsm root-key reshare --config /etc/ferrohsm --shares 3/5`,
  offline: true,
  options: (command) =>
    addShareOptions(
      command
        .requiredOption('--config <folder>', 'configuration folder of the sidecar')
        .option('--share-file <file>', 'share of the present set, more than once; asked for otherwise', repeated),
      { isRequired: true },
    ),
  action: local<ReshareOptions>(async ({ options, output }) => {
    const { shares, sharesFolder, shareFile = [] } = options;
    requirePlace(options);
    const configFolder = resolve(options.config);
    using present = await gatherShares(configFolder, shareFile, output);
    using prepared = await splitRootKey(configFolder, shares, { kind: 'shares', shares: present });
    const words = `replace the set of shares by ${sharesWords(shares)}`;
    if (options.dryRun) throw new DryRunEnd(shares, [words]);
    await requireAgreement(options, [`you are about to ${words}`, 'the present shares open the sidecar no more']);
    const files = await handOver(prepared, sharesFolder);
    prepared.commit();
    await output.result({ ...shares, files }, sharesText(files));
    output.note('the sidecar takes the new shares from its next sealing or start on; destroy the old ones');
  }),
};
