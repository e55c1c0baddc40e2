import { type CommandDescription, connected } from '../command.ts';
import { usageError } from '../errors.ts';
import { addRotationOptions, type RotationOptions, rotationOf } from '../key-options.ts';
import { labelPair } from '../option-values.ts';
import { policyText } from '../rotation-text.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

interface RotationSetOptions extends WaitOptions, RotationOptions {
  readonly label?: Readonly<Record<string, string>>;
  readonly everyKey?: boolean;
}

export const rotationSet: CommandDescription = {
  usage: 'set <policy>',
  effect: 'change',
  summary:
    'Say when the next versions of all keys with certain labels are made. Of several policies and the schedule of the ' +
    'key itself the strictest of each limit counts. Needs the approval of other people.',
  examples: `
# Every production key each 90 days, old versions for a week more
ferrohsm rotation set production --label environment=production --rotate-every 90d --rotate-overlap 7d

# Every key once a year
ferrohsm rotation set yearly --every-key --rotate-every 365d --wait`,
  options: (command) =>
    addWaitOption(
      addRotationOptions(command)
        .option('--label <name=value>', 'keys that have it; more than once: that have all of them', labelPair)
        .option('--every-key', 'all keys'),
    ),
  action: connected<RotationSetOptions, [string]>(async (context, name) => {
    const policy = { name, labels: labelsOf(context.options), schedule: scheduleOf(context.options) };
    const rotationPolicy = await clientsOf(context).rotation.set(policy);
    await context.output.result({ rotationPolicy }, '');
    context.output.note(`${name}: ${policyText(rotationPolicy)}`);
  }),
};

/** That a policy is about every key is said, not left out. */
function labelsOf({ label, everyKey }: RotationSetOptions): Readonly<Record<string, string>> {
  if ((label !== undefined) === (everyKey === true)) {
    throw usageError('which keys?', 'give --label NAME=VALUE, or --every-key');
  }
  return label ?? {};
}

function scheduleOf(options: RotationSetOptions) {
  const schedule = rotationOf(options);
  if (schedule === undefined)
    throw usageError('when?', 'give --rotate-every, --rotate-after-uses or --rotate-after-bytes');
  return schedule;
}
