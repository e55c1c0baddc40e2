import type { Command } from 'commander';
import { settings } from '../config/settings.ts';
import { type CliError, usageError } from '../errors.ts';
import { exitStatusTable } from '../exit-status.ts';
import { suggestion } from '../nearest.ts';

export const environmentText = `ENVIRONMENT
  FERROHSM_SOCKET      Unix socket of the sidecar, as --socket
  FERROHSM_URL         WebSocket of the sidecar, as --url
  FERROHSM_TOKEN_FILE  file with the bearer token, as --token-file
  FERROHSM_PROFILE     name of a profile, as --profile
  FERROHSM_DEBUG       1 shows where an unexpected failure happened
  NO_COLOR             no colours, as --no-color
  COLUMNS              how wide tables are where standard output is no terminal
  XDG_CONFIG_HOME      folder of ferrohsm/profiles.json (default: ~/.config)

Of "ferrohsm serve" and "ferrohsm config", over the file and under the flags:
  FERROHSM_CONFIG, FERROHSM_CONFIG_FILE, FERROHSM_CONFIG_KEY
${settings.map(({ environment, flag }) => `  ${environment.padEnd(38)} as ${flag}`).join('\n')}

A list is JSON, or its one element; a switch is true or false.`;

/** Pages of the help that are not commands. */
const topics: ReadonlyMap<string, () => string> = new Map([
  ['exit-status', exitStatusTable],
  ['environment', () => environmentText],
]);

export const topicsText = 'Topics: ferrohsm help exit-status, ferrohsm help environment';

/** `help`, `help TOPIC` and `help COMMAND...`; unlike commander's own it refuses what it does not know. */
export function addHelpCommand(program: Command): void {
  program.helpCommand(false);
  program
    .command('help [topic...]')
    .description('Show the help of a command or a topic.')
    .action((path: string[]) => {
      const topic = path.length === 1 ? topics.get(path[0] as string) : undefined;
      if (topic !== undefined) process.stdout.write(`${topic()}\n`);
      else findCommand(program, path).outputHelp();
    });
}

function findCommand(program: Command, path: readonly string[]): Command {
  let found = program;
  for (const name of path) {
    const next = found.commands.find((command) => command.name() === name);
    if (next === undefined) throw unknownTopic(path, name, found);
    found = next;
  }
  return found;
}

function unknownTopic(path: readonly string[], name: string, above: Command): CliError {
  const names = [...above.commands.map((command) => command.name()), ...(above.parent === null ? topics.keys() : [])];
  return usageError(`no help on ${path.join(' ')}`, suggestion(name, names, 'see: ferrohsm --help'));
}
