import { type CommandDescription, connected } from '../command.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

export const rotationRemove: CommandDescription = {
  usage: 'remove <policy>',
  effect: 'weighty',
  summary: 'Remove a rotation policy. Needs the approval of others.',
  examples: `
# Each key has a schedule of its own again
ferrohsm rotation remove production --wait`,
  options: addWaitOption,
  action: connected<WaitOptions, [string]>(async (context, name) => {
    await clientsOf(context).rotation.remove(name);
    await context.output.result({ removed: name }, '');
    context.output.note(`removed the rotation policy ${name}`);
  }),
};
