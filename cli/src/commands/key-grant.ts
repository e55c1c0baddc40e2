import { type CommandDescription, connected } from '../command.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

export const keyGrant: CommandDescription = {
  usage: 'grant <name> <grantee>',
  effect: 'change',
  summary: 'Let a principal or group use a key. Prints all who have a grant. Needs the approval of other people.',
  examples: `
ferrohsm key grant payments/signing payments-team --wait`,
  options: addWaitOption,
  action: connected<WaitOptions, [string, string]>(async (context, name, grantee) => {
    const grantees = await clientsOf(context).keys.grant(name, grantee);
    await context.output.result({ grantees }, grantees.join('\n'));
  }),
};
