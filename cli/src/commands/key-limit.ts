import type { Quota } from '@ferrohsm/sdk/node';
import { Option } from 'commander';
import { type CommandDescription, connected } from '../command.ts';
import { usageError } from '../errors.ts';
import { wholeNumber } from '../option-values.ts';
import { quotaText } from '../principal-text.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

interface KeyLimitOptions extends WaitOptions, Omit<Quota, 'onExceed'> {
  readonly freeze?: boolean;
  readonly none?: boolean;
}

const limits = ['perSecond', 'perMinute', 'perDay', 'bytesPerSecond', 'concurrent'] as const;

export const keyLimit: CommandDescription = {
  usage: 'limit <name>',
  effect: 'change',
  summary: 'Set the limits of use of a key, all of them at once. Needs the approval of other people.',
  examples: `
# At most 600 uses a minute; one more freezes the key until people unfreeze it
ferrohsm key limit payments/signing --per-minute 600 --freeze

# No limits
ferrohsm key limit payments/signing --none`,
  options: (command) =>
    addWaitOption(
      command
        .option('--per-second <n>', 'operations a second', wholeNumber(1, 1e6))
        .option('--per-minute <n>', 'operations a minute', wholeNumber(1, 1e8))
        .option('--per-day <n>', 'operations a day', wholeNumber(1, 1e10))
        .option('--bytes-per-second <n>', 'bytes of data a second', wholeNumber(1, 1e12))
        .option('--concurrent <n>', 'operations under way at once', wholeNumber(1, 1e5))
        .option('--freeze', 'use beyond a limit freezes the key')
        .addOption(new Option('--none', 'remove all limits').conflicts([...limits, 'freeze'])),
    ),
  action: connected<KeyLimitOptions, [string]>(async (context, name) => {
    const quota = await clientsOf(context).keys.limit(name, quotaOf(context.options));
    await context.output.result({ quota }, '');
    context.output.note(`limits of ${name}: ${quotaText(quota) || 'none'}`);
  }),
};

function quotaOf(options: KeyLimitOptions): Quota {
  const given = limits.filter((limit) => options[limit] !== undefined);
  if (given.length === 0 && !options.none) throw usageError('no limit is given', 'give one, or remove all with --none');
  return {
    ...Object.fromEntries(given.map((limit) => [limit, options[limit]])),
    ...(options.freeze && { onExceed: 'freeze' as const }),
  };
}
