import { type CommandDescription, connected } from '../command.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

export const keyUnfreeze: CommandDescription = {
  usage: 'unfreeze <name>',
  effect: 'change',
  summary: 'Let a key be used again that was used beyond its limits. Needs the approval of other people.',
  examples: `
# Look first why
ferrohsm audit list --json | jq '.records[].record | select(.operation == "key.freeze")'
ferrohsm key unfreeze payments/signing --wait`,
  options: addWaitOption,
  action: connected<WaitOptions, [string]>(async (context, name) => {
    await clientsOf(context).keys.unfreeze(name);
    await context.output.result({}, '');
    context.output.note(`${name} can be used again`);
  }),
};
