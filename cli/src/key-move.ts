import type { KeyRecord, Keys, NamedKey } from '@ferrohsm/sdk/node';
import { type Command, Option } from 'commander';
import { type CommandDescription, connected } from './command.ts';
import { addKeyVersionOption } from './key-options.ts';
import { addWaitOption, clientsOf, type WaitOptions } from './wait-option.ts';

export interface MoveOptions extends WaitOptions {
  readonly keyVersion?: number;
  readonly reason?: string;
}

/** What a move sends: the version and the reason, where they are given. */
export interface MoveChange {
  readonly version?: number;
  readonly reason?: string;
}

export interface MoveDescription<Options extends MoveOptions> {
  /** The verb of the command. */
  readonly verb: string;
  readonly summary: string;
  readonly examples: string;
  /** What the key then is, for the person who asked. */
  readonly done: string;
  readonly options?: (command: Command) => Command;
  readonly reasonRequired?: boolean;
  /** There is no way back: a person is asked. */
  readonly isFinal?: boolean;
  readonly move: (
    keys: Pick<Keys, keyof Keys>,
    name: string,
    change: MoveChange,
    options: Options,
  ) => Promise<NamedKey>;
}

/** A command that moves the versions of a key from one state to another. */
export function moveCommand<Options extends MoveOptions>(description: MoveDescription<Options>): CommandDescription {
  const {
    verb,
    summary,
    examples,
    done,
    options = (command) => command,
    reasonRequired = false,
    isFinal,
    move,
  } = description;
  return {
    usage: `${verb} <name>`,
    effect: isFinal ? 'weighty' : 'change',
    summary,
    examples,
    options: (command) =>
      addWaitOption(
        addKeyVersionOption(options(command), 'one version (default: every version that can be moved so)').addOption(
          new Option('--reason <text>', 'why; kept with the key and in the log').makeOptionMandatory(reasonRequired),
        ),
      ),
    action: connected<Options, [string]>(async (context, name) => {
      const { keyVersion, reason } = context.options;
      const change = {
        ...(keyVersion !== undefined && { version: keyVersion }),
        ...(reason !== undefined && { reason }),
      };
      const { record } = await move(clientsOf(context).keys, name, change, context.options);
      await context.output.result({ record }, '');
      context.output.note(`${record.name} is ${done}: ${statesText(record)}`);
    }),
  };
}

/** The state of each version in a few words. */
export function statesText({ versions }: KeyRecord): string {
  return versions.map(({ version, state }) => `version ${version} ${state}`).join(', ');
}
