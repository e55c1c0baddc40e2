import { type CommandDescription, connected } from '../command.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

export const keyRevokeGrant: CommandDescription = {
  usage: 'revoke-grant <name> <grantee>',
  effect: 'weighty',
  summary: 'Take a grant back. Prints all who still have one.',
  examples: `
ferrohsm key revoke-grant payments/signing payments-team`,
  options: addWaitOption,
  action: connected<WaitOptions, [string, string]>(async (context, name, grantee) => {
    const grantees = await clientsOf(context).keys.revokeGrant(name, grantee);
    await context.output.result({ grantees }, grantees.join('\n'));
  }),
};
