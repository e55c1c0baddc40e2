import { type CommandDescription, connected } from '../command.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

export const auditRotateKeys: CommandDescription = {
  usage: 'rotate-keys',
  effect: 'weighty',
  summary: 'Give the log new keys and print them; the old ones vouch for them. Needs the approval of other people.',
  examples: `
# Whoever pinned the old keys follows the log to the new ones
ferrohsm audit rotate-keys --wait > log-2.keys
ferrohsm audit verify --key-file log.keys`,
  options: addWaitOption,
  action: connected<WaitOptions>(async (context) => {
    const keys = await clientsOf(context).audit.rotateKeys();
    await context.output.result({ keys }, keys.join('\n'));
    context.output.note('the log signs with new keys; what the old ones signed stays good');
  }),
};
