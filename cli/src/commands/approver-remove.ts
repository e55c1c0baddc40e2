import { type CommandDescription, connected } from '../command.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

export const approverRemove: CommandDescription = {
  usage: 'remove <person> <key-id>',
  effect: 'weighty',
  summary: 'Remove an approval key; what it approved counts no more. Needs the approval of other people.',
  examples: `
# Ids are in: ferrohsm principal show bob
ferrohsm approver remove bob kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k`,
  options: addWaitOption,
  action: connected<WaitOptions, [string, string]>(async (context, person, keyId) => {
    const principal = await clientsOf(context).principals.removeApprovalKey(person, keyId);
    await context.output.result({ principal }, '');
    context.output.note(`removed the approval key ${keyId} of ${person}`);
  }),
};
