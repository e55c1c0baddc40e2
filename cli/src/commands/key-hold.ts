import { type CommandDescription, connected } from '../command.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

interface KeyHoldOptions extends WaitOptions {
  readonly reason: string;
}

export const keyHold: CommandDescription = {
  usage: 'hold <name>',
  effect: 'change',
  summary: 'Put a legal hold on a key: nothing of it is destroyed, also nothing that is scheduled already.',
  examples: `
# Until it is lifted
ferrohsm key hold payments/old --reason "case 12"`,
  options: (command) =>
    addWaitOption(command.requiredOption('--reason <text>', 'why; kept with the key and in the log')),
  action: connected<KeyHoldOptions, [string]>(async (context, name) => {
    const { record } = await clientsOf(context).keys.hold(name, context.options.reason);
    await context.output.result({ record }, '');
    context.output.note(`${record.name} is under a legal hold`);
  }),
};
