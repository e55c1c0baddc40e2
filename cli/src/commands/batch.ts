import type { Command } from 'commander';
import { type CommandLine, commandLines } from '../batch/command-lines.ts';
import { DoneLines } from '../batch/done-lines.ts';
import { type CommandDescription, type ConnectedContext, connected, requireAnswerable } from '../command.ts';
import { CliError, usageError } from '../errors.ts';
import { describeFailure } from '../failure.ts';
import { readInput } from '../input.ts';
import { lend } from '../lending.ts';
import { ProgressBar } from '../progress-bar.ts';

interface BatchOptions {
  readonly dryRun?: boolean;
  readonly resume?: boolean;
}

const limitBytes = 16 << 20;

/** They serve, ask a person, or are about the command itself. */
const notInBatch: ReadonlySet<string> = new Set([
  'batch',
  'serve',
  'top',
  'init',
  'unseal',
  'witness',
  'completion',
  'help',
]);

/** @param programOf the program for these words; its actions run in this process */
export function batch(programOf: (words: readonly string[]) => Command): CommandDescription {
  return {
    usage: 'batch <file>',
    summary:
      'Run the commands in a file, one a line, over one connection; the first that fails ends it, and --resume goes on there.',
    examples: `
# keys.batch has lines such as: key create orders/signing --algorithm ML-DSA-65
ferrohsm batch keys.batch --dry-run
ferrohsm batch keys.batch

# After the cause of a failure is mended
ferrohsm batch keys.batch --resume`,
    options: (command) =>
      command
        .option('--dry-run', 'only say which lines are not written rightly')
        .option('--resume', 'leave out what an earlier run has done'),
    action: connected<BatchOptions, [string]>(async (context, file) => {
      const lines = commandLines(file, readInput(file, limitBytes).toString());
      await requireSound(file, lines, programOf);
      if (context.options.dryRun === true) return context.output.note(`${lines.length} commands are written rightly`);
      await run(context, file, lines, programOf);
    }),
  };
}

/** Nothing runs before every line could. */
async function requireSound(
  file: string,
  lines: readonly CommandLine[],
  programOf: (words: readonly string[]) => Command,
): Promise<void> {
  for (const line of lines) {
    const [noun = ''] = line.words;
    if (notInBatch.has(noun)) throw usageError(`${file}:${line.number}: ${noun} cannot be in a batch`);
    const program = withoutActions(programOf(line.words));
    await attempt(file, line, () => program.parseAsync(line.words, { from: 'user' }));
  }
}

/** Nothing is done, but it is known whether there will be anybody to answer. */
function withoutActions(command: Command): Command {
  for (const each of command.commands) {
    if (each.commands.length === 0) each.action(() => requireAnswerable(each));
    withoutActions(each);
  }
  return command;
}

async function run(
  { sidecar, options, output }: ConnectedContext<BatchOptions>,
  file: string,
  lines: readonly CommandLine[],
  programOf: (words: readonly string[]) => Command,
): Promise<void> {
  const done = new DoneLines(file);
  if (options.resume !== true) done.requireNone();
  const remaining = done.remaining(lines);
  const bar = new ProgressBar(file);
  try {
    await lend({ sidecar }, async () => {
      for (const [index, line] of remaining.entries()) {
        bar.show(lines.length - remaining.length + index, lines.length);
        await attempt(file, line, () => programOf(line.words).parseAsync(line.words, { from: 'user' }));
        done.add(line);
      }
    });
  } finally {
    bar.end();
  }
  done.forget();
  output.note(`ran ${remaining.length} commands`);
}

/** @throws CliError as the command failed, with the line in front */
async function attempt(file: string, { number }: CommandLine, act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    const failure = describeFailure(error);
    if (failure === undefined) throw usageError(`${file}:${number}: help cannot be in a batch`);
    throw new CliError(failure.exitStatus, `${file}:${number}: ${failure.message}`, failure.hint, { cause: error });
  }
}
