import type { Command } from 'commander';
import { describeFailure, printFailure } from './failure.ts';
import { createProgram } from './program.ts';

/**
 * Runs one command line and sets the exit status of the process.
 *
 * @param words what follows `ferrohsm`
 */
export async function main(words: readonly string[]): Promise<void> {
  silenceExperimentalWarnings();
  if (words.includes('--no-color')) process.env.NO_COLOR = '1';
  // Without a listener a reader that went away, as head does, ends the process with a stack.
  process.stdout.on('error', () => {
    process.exitCode = 73;
  });
  const program = createProgram(words);
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    const failure = describeFailure(error, namedCommand(program, words));
    if (failure === undefined) return;
    printFailure(failure);
    process.exitCode = failure.exitStatus;
  }
}

/** The command that the words name, as far as they name one: `ferrohsm key create`. */
function namedCommand(program: Command, words: readonly string[]): string {
  const path = [program];
  for (const word of words) {
    const next = path.at(-1)?.commands.find((command) => command.name() === word);
    if (next !== undefined) path.push(next);
  }
  return path.map((command) => command.name()).join(' ');
}

/** node:sqlite and the modern WebCrypto algorithms warn of themselves; standard error belongs to the user. */
function silenceExperimentalWarnings(): void {
  const emit = process.emitWarning;
  process.emitWarning = (warning: string | Error, ...rest: unknown[]) => {
    if (!isExperimental(warning, rest[0])) Reflect.apply(emit, process, [warning, ...rest]);
  };
}

function isExperimental(warning: string | Error, kind: unknown): boolean {
  const type = typeof kind === 'object' && kind !== null && 'type' in kind ? kind.type : kind;
  return (warning instanceof Error ? warning.name : type) === 'ExperimentalWarning';
}
