import type { Command } from 'commander';
import { type CommandDescription, connected } from '../command.ts';
import { lend } from '../lending.ts';
import { isoTime } from '../named-key.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

interface BreakGlassOpenOptions extends WaitOptions {
  readonly reason: string;
  readonly ticket: string;
}

export const breakGlassOpen: CommandDescription = {
  usage: 'open [command...]',
  effect: 'weighty',
  summary: 'Run one command of ferrohsm in an emergency session. Needs the approval of another person, and a review.',
  examples: `
# The role ends with the command, and after 15 minutes at most
ferrohsm break-glass open --reason 'payments are down' --ticket INC-4711 --wait -- sign --key payments/signing --out s data`,
  options: (command) =>
    addWaitOption(
      command
        .requiredOption('--reason <text>', 'why, for the record')
        .requiredOption('--ticket <id>', 'where the emergency is tracked'),
    ),
  action: (...given) => openSession(given.at(-1) as Command)(...given),
};

function openSession(command: Command): CommandDescription['action'] {
  return connected<BreakGlassOpenOptions, [string[]]>(async (context, words) => {
    const { options, output, sidecar } = context;
    const { reason, ticket } = options;
    const breakGlass = await clientsOf(context).breakGlass.open({ reason, ticket });
    output.warn(`${breakGlass.id} until ${isoTime(breakGlass.expiresAt)}; another person must review it`);
    if (words.length === 0) await output.result({ breakGlass }, breakGlass.id);
    else await lend({ sidecar }, () => programOf(command).parseAsync(words, { from: 'user' }));
  });
}

function programOf(command: Command): Command {
  return command.parent === null ? command : programOf(command.parent);
}
