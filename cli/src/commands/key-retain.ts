import { type CommandDescription, connected } from '../command.ts';
import { usageError } from '../errors.ts';
import { recordText } from '../named-key.ts';
import { momentToCome, seconds } from '../option-values.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

interface KeyRetainOptions extends WaitOptions {
  /** Seconds. */
  readonly for?: number;
  /** Milliseconds since 1970. */
  readonly until?: number;
}

export const keyRetain: CommandDescription = {
  usage: 'retain <name>',
  effect: 'change',
  summary: 'Keep a key longer than its retention classes say. What was promised can only be made longer.',
  examples: `
# Ten years from the end of its use
ferrohsm key retain payments/signing --for 3650d

# Until a date
ferrohsm key retain payments/signing --until 2035-01-01`,
  options: (command) =>
    addWaitOption(
      command
        .option('--for <time>', 'from the end of its use, for example 365d', seconds)
        .option('--until <when>', 'ISO 8601, or a time from now', momentToCome),
    ),
  action: connected<KeyRetainOptions, [string]>(async (context, name) => {
    const { for: keepSeconds, until } = context.options;
    if (keepSeconds === undefined && until === undefined) throw usageError('how long?', 'give --for or --until');
    const change = { ...(keepSeconds !== undefined && { keepSeconds }), ...(until !== undefined && { until }) };
    const { record } = await clientsOf(context).keys.retain(name, change);
    await context.output.result({ record }, recordText(record));
  }),
};
