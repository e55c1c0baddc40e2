import { type CommandDescription, connected } from '../command.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

export const retentionRemove: CommandDescription = {
  usage: 'remove <class>',
  effect: 'weighty',
  summary:
    'Remove a retention class. Keys that name it are kept until it is there again. Needs the approval of others.',
  examples: `
# Nobody uses it any more
ferrohsm retention remove test.ephemeral --wait`,
  options: addWaitOption,
  action: connected<WaitOptions, [string]>(async (context, name) => {
    await clientsOf(context).retention.remove(name);
    await context.output.result({ removed: name }, '');
    context.output.note(`removed the retention class ${name}`);
  }),
};
