import { type CommandDescription, connected } from '../command.ts';
import { wholeNumber } from '../option-values.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

const longestDays = 36_500;

export const auditSetRetention: CommandDescription = {
  usage: 'set-retention',
  effect: 'change',
  summary: 'Say how long records are kept at least; before, none is ever pruned. Needs the approval of other people.',
  examples: `
# Seven years
ferrohsm audit set-retention 2557 --wait`,
  options: (command) => addWaitOption(command.argument('<days>', '', wholeNumber(1, longestDays))),
  action: connected<WaitOptions, [number]>(async (context, keepDays) => {
    await clientsOf(context).audit.setRetention(keepDays);
    await context.output.result({ keepDays }, '');
    context.output.note(`records are kept for ${keepDays} days at least`);
  }),
};
