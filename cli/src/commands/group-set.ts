import type { Group } from '@ferrohsm/sdk/node';
import { type CommandDescription, connected } from '../command.ts';
import { repeated, repeatedOf } from '../option-values.ts';
import { grantableRoles } from '../roles.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

interface GroupSetOptions extends WaitOptions {
  readonly member?: string[];
  readonly role?: Group['roles'];
}

export const groupSet: CommandDescription = {
  usage: 'set <id>',
  effect: 'change',
  summary: 'Create or replace a group of principals and groups. Needs the approval of other people.',
  examples: `
# All of its members and roles, also those that it had
ferrohsm group set payments-team --member alice --member bob --role Operator`,
  options: (command) =>
    addWaitOption(
      command
        .option('--member <id>', 'principal or group in it, more than once', repeated)
        .option('--role <role>', 'role of every member, more than once', repeatedOf(grantableRoles)),
    ),
  action: connected<GroupSetOptions, [string]>(async (context, id) => {
    const { member: members = [], role: roles = [] } = context.options;
    const group = await clientsOf(context).principals.setGroup({ id, members, roles });
    await context.output.result({ group }, '');
    context.output.note(`set ${group.id} with ${group.members.length} members`);
  }),
};
