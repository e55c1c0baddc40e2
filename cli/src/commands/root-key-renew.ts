import { resolve } from 'node:path';
import { DryRunEnd } from '../change/dry-run.ts';
import { type CommandDescription, local } from '../command.ts';
import type { GlobalOptions } from '../global-options.ts';
import { handOver, splitRootKey } from '../share-ceremony.ts';
import { addShareOptions, requirePlace, type ShareCounts, sharesText, sharesWords } from '../share-counts.ts';

interface RenewOptions extends GlobalOptions {
  readonly config: string;
  readonly shares: ShareCounts;
  readonly sharesFolder?: string;
}

export const rootKeyRenew: CommandDescription = {
  usage: 'renew',
  effect: 'change',
  summary: 'Make a new root key in shares, which is to follow the present one.',
  examples: `
# Then three of its custodians give their shares to the running sidecar, and it goes over to the new key
ferrohsm root-key renew --config /etc/ferrohsm --shares 3/5
ferrohsm unseal
ferrohsm root-key rotate --wait`,
  offline: true,
  options: (command) =>
    addShareOptions(command.requiredOption('--config <folder>', 'configuration folder of the sidecar'), {
      isRequired: true,
    }),
  action: local<RenewOptions>(async ({ options, output }) => {
    const { shares, sharesFolder } = options;
    requirePlace(options);
    using prepared = await splitRootKey(resolve(options.config), shares, { kind: 'next' });
    if (options.dryRun) throw new DryRunEnd(shares, [`make a new root key in ${sharesWords(shares)}`]);
    const files = await handOver(prepared, sharesFolder);
    prepared.commit();
    await output.result({ ...shares, files }, sharesText(files));
    output.note(
      `nothing depends on it yet: have ${shares.threshold} of the new shares given with "ferrohsm unseal", ` +
        'then run "ferrohsm root-key rotate --wait"; until then the old shares open the sidecar',
    );
  }),
};
