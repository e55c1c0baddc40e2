import { type CommandDescription, connected } from '../command.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

export const principalRemove: CommandDescription = {
  usage: 'remove <id>',
  effect: 'weighty',
  summary: 'Remove a principal; its sessions end. Needs the approval of other people.',
  examples: `
ferrohsm principal remove former-colleague --wait`,
  options: addWaitOption,
  action: connected<WaitOptions, [string]>(async (context, id) => {
    await clientsOf(context).principals.remove(id);
    await context.output.result({}, '');
    context.output.note(`removed ${id}`);
  }),
};
