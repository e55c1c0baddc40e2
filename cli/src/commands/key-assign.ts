import { type CommandDescription, connected } from '../command.ts';
import { usageError } from '../errors.ts';
import { everyUsage, type KeyUsageName } from '../key-algorithms.ts';
import { recordText } from '../named-key.ts';
import { labelPair, repeatedOf } from '../option-values.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

interface KeyAssignOptions extends WaitOptions {
  readonly owner?: string;
  readonly usage?: KeyUsageName[];
  /** false: no labels. */
  readonly label?: Record<string, string>;
  readonly labels?: false;
}

export const keyAssign: CommandDescription = {
  usage: 'assign <name>',
  effect: 'change',
  summary: 'Change who may use a key and for what: owner, labels, usages. Needs the approval of other people.',
  examples: `
# Another team owns it
ferrohsm key assign payments/signing --owner payments --wait

# The labels are replaced, all of them at once
ferrohsm key assign payments/signing --label service=checkout --label environment=production

# It only verifies from now on
ferrohsm key assign payments/signing --usage verify`,
  options: (command) =>
    addWaitOption(
      command
        .option('--owner <id>', 'principal that owns the key')
        .option('--label <name=value>', 'label that policies select by, more than once', labelPair)
        .option('--no-labels', 'remove all labels')
        .option('--usage <usage>', 'usage that it keeps, more than once; none can be added', repeatedOf(everyUsage)),
    ),
  action: connected<KeyAssignOptions, [string]>(async (context, name) => {
    const { record } = await clientsOf(context).keys.assign(name, changeOf(context.options));
    await context.output.result({ record }, recordText(record));
  }),
};

function changeOf({ owner, usage, label, labels }: KeyAssignOptions) {
  const newLabels = labels === false ? {} : label;
  const change = {
    ...(owner !== undefined && { owner }),
    ...(newLabels !== undefined && { labels: newLabels }),
    ...(usage !== undefined && { usages: usage }),
  };
  if (Object.keys(change).length === 0) throw usageError('nothing to change is given', 'look at --help');
  return change;
}
