import { type CommandDescription, connected } from '../command.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

interface KeyLiftHoldOptions extends WaitOptions {
  readonly reason?: string;
}

export const keyLiftHold: CommandDescription = {
  usage: 'lift-hold <name>',
  effect: 'weighty',
  summary: 'Lift the legal hold of a key. Needs the approval of other people.',
  examples: `
# The case is closed
ferrohsm key lift-hold payments/old --reason "case 12 is closed" --wait`,
  options: (command) => addWaitOption(command.option('--reason <text>', 'why; kept in the log')),
  action: connected<KeyLiftHoldOptions, [string]>(async (context, name) => {
    const { reason } = context.options;
    const { record } = await clientsOf(context).keys.liftHold(name, { ...(reason !== undefined && { reason }) });
    await context.output.result({ record }, '');
    context.output.note(`${record.name} is under no legal hold any more`);
  }),
};
