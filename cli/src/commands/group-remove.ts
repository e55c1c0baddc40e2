import { type CommandDescription, connected } from '../command.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

export const groupRemove: CommandDescription = {
  usage: 'remove <id>',
  effect: 'weighty',
  summary: 'Remove a group. Needs the approval of other people.',
  examples: `
ferrohsm group remove payments-team --wait`,
  options: addWaitOption,
  action: connected<WaitOptions, [string]>(async (context, id) => {
    await clientsOf(context).principals.removeGroup(id);
    await context.output.result({}, '');
    context.output.note(`removed ${id}`);
  }),
};
