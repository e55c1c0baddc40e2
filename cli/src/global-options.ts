import type { Command } from 'commander';
import { addForceOption } from './bytes-options.ts';

/** Where the receipt of what a command does goes. */
export interface ReceiptOptions {
  readonly receipt?: string;
  /** Replaces an existing file. */
  readonly force?: boolean;
}

/** Options that every command knows, before or after its name. */
export interface GlobalOptions extends ReceiptOptions {
  readonly socket?: string;
  readonly url?: string;
  readonly tokenFile?: string;
  readonly profile?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color?: boolean;
  /** Takes what would go to standard output, unless the command has a target of that name; mode 0600. */
  readonly output?: string;
}

/** Commands whose `--output` is their own. */
const ownOutputs = new WeakSet<Command>();

export function addOutputOptions(command: Command): Command {
  if (hasOption(command, '--output')) ownOutputs.add(command);
  else command.option('--output <file>', 'new file for the result, instead of standard output');
  return command
    .option('--json', 'print the result as the sidecar answers it; bytes as base64url')
    .option('--quiet', 'no remarks on standard error, only errors')
    .option('--no-color', 'no colours; so does NO_COLOR=1');
}

export function addConnectionOptions(command: Command): Command {
  return command
    .option('--socket <path>', 'Unix socket of the sidecar (FERROHSM_SOCKET)')
    .option('--url <url>', 'WebSocket of the sidecar, ws://HOST:PORT (FERROHSM_URL)')
    .option('--token-file <file>', 'file that holds the bearer token for --url (FERROHSM_TOKEN_FILE)')
    .option('--profile <name>', 'a way to a sidecar that "profile set" keeps (FERROHSM_PROFILE)')
    .option(
      '--receipt <file>',
      'new file for the receipt of the (last) operation, to verify offline (C2SP tlog-proof)',
    );
}

/** What replaces an existing result or receipt, where the command has no such option for its own files. */
export function addReplacementOption(command: Command): Command {
  return hasOption(command, '--force') ? command : addForceOption(command);
}

/** The file for the result, where one is named. */
export function resultFile(command: Command, { output }: GlobalOptions): string | undefined {
  return ownOutputs.has(command) ? undefined : output;
}

function hasOption(command: Command, name: string): boolean {
  return command.options.some(({ long }) => long === name);
}

/** The options of a command and of those above it; the nearest wins. */
export function mergedOptions(command: Command): Record<string, unknown> {
  const chain: Command[] = [];
  for (let at: Command | null = command; at !== null; at = at.parent) chain.unshift(at);
  const given: Record<string, unknown> = {};
  for (const link of chain) {
    for (const [name, value] of Object.entries(link.opts())) {
      const isDefault = link.getOptionValueSource(name) === 'default';
      if (!isDefault || !(name in given)) given[name] = value;
    }
  }
  return given;
}
