import type { FerroHsm } from '@ferrohsm/sdk/node';
import type { Command } from 'commander';
import { requireAttended } from './change/agreement.ts';
import { orRehearsed } from './change/dry-run.ts';
import { addEffectOptions, type ChangeOptions, type Effect } from './change/effect.ts';
import { connectSidecar } from './connection.ts';
import { usageError } from './errors.ts';
import {
  addConnectionOptions,
  addOutputOptions,
  addReplacementOption,
  type GlobalOptions,
  mergedOptions,
  resultFile,
} from './global-options.ts';
import { lent } from './lending.ts';
import { createOutput, type Output } from './output.ts';
import { refuseToReplace } from './output-file.ts';
import { withReceipt } from './receipt-file.ts';
import { startWaiting, stopWaiting } from './waiting-line.ts';

/** One command of the program, as its file under `commands/` describes it. */
export interface CommandDescription {
  /** Name and operands as commander writes them, for example `sign [file]`. */
  readonly usage: string;
  readonly summary: string;
  /** Shell lines, each after a comment that says what it does. */
  readonly examples: string;
  /** Adds the options that are this command's own. */
  readonly options?: (command: Command) => void;
  /** Absent: it reads, computes, and writes only the files that it is told to write. */
  readonly effect?: Effect;
  /** It opens no connection by the global options. */
  readonly offline?: boolean;
  /** Made by `local` or `connected`. */
  readonly action: (...given: unknown[]) => Promise<void>;
}

/** What a command works with. */
export interface Context<Options> {
  readonly options: Options & GlobalOptions & ChangeOptions;
  readonly output: Output;
}

export interface ConnectedContext<Options> extends Context<Options> {
  readonly sidecar: FerroHsm;
}

const effects = new WeakMap<Command, Effect>();

/** What a command of the program does. */
export function effectOf(command: Command): Effect | undefined {
  return effects.get(command);
}

/** Adds the command below a parent, with the global options and the examples in its help. */
export function addCommand(parent: Command, description: CommandDescription): void {
  const { usage, summary, examples, options, effect, offline, action } = description;
  const command = parent.command(usage).description(summary);
  command.addHelpText('after', `\nEXAMPLES\n${indent(examples)}\n\nExit statuses: ferrohsm help exit-status`);
  options?.(command);
  if (effect !== undefined) effects.set(addEffectOptions(command, effect), effect);
  command.optionsGroup('Global options:');
  if (!offline) addConnectionOptions(command);
  addReplacementOption(addOutputOptions(command)).action(action);
}

/** Makes a commander action of a function that gets the merged options and the operands. */
export function local<Options, Operands extends unknown[] = []>(
  act: (context: Context<Options>, ...operands: Operands) => Promise<void>,
): CommandDescription['action'] {
  return action<Options, Operands>(async (context, ...operands) => {
    if (context.options.receipt !== undefined) throw usageError('this command has no receipt', 'leave out --receipt');
    await act(context, ...operands);
  });
}

/** The same for a function that needs a connection; it is closed in the end. */
export function connected<Options, Operands extends unknown[] = []>(
  act: (context: ConnectedContext<Options>, ...operands: Operands) => Promise<void>,
): CommandDescription['action'] {
  return action<Options, Operands>(async (context, ...operands) => {
    const connection = await connectSidecar(context.options);
    // A screen that was lent says by itself that it waits.
    if (!context.options.quiet && lent()?.output === undefined) startWaiting('waiting for the sidecar');
    try {
      const sidecar = context.effect === undefined ? connection : await guarded(connection, context.options);
      await withReceipt({ ...context, sidecar }, (viewed) => act({ ...context, sidecar: viewed }, ...operands));
    } finally {
      stopWaiting();
      await connection.close();
    }
  });
}

/** Loaded only for what changes something. */
async function guarded(connection: FerroHsm, options: ChangeOptions): Promise<FerroHsm> {
  const { guardedSidecar } = await import('./change/change-guard.ts');
  return guardedSidecar(connection, options);
}

interface ActingContext<Options> extends Context<Options> {
  readonly effect: Effect | undefined;
}

function action<Options, Operands extends unknown[]>(
  act: (context: ActingContext<Options>, ...operands: Operands) => Promise<void>,
): CommandDescription['action'] {
  return async (...given) => {
    const command = given.at(-1) as Command;
    const options = mergedOptions(command) as Options & GlobalOptions & ChangeOptions;
    requireAnswerable(command);
    const file = resultFile(command, options);
    // A result without a place is better not begun.
    if (file !== undefined) refuseToReplace(file, options);
    const output = createOutput(options, file);
    const context = { options, output, effect: effectOf(command) };
    await orRehearsed(output, () => act(context, ...(given.slice(0, -2) as Operands)));
  };
}

/**
 * Refuses a command that would ask where nobody is.
 *
 * @throws CliError 2
 */
export function requireAnswerable(command: Command): void {
  if (effectOf(command) === 'weighty') requireAttended(mergedOptions(command));
}

function indent(text: string): string {
  return text.trim().replaceAll(/^(?=.)/gm, '  ');
}
