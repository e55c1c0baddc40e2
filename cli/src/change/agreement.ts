import { CliError, usageError } from '../errors.ts';
import { lent } from '../lending.ts';
import { answers, isAttended } from '../terminal.ts';
import { stopWaiting } from '../waiting-line.ts';
import type { ChangeOptions } from './effect.ts';

/**
 * Refuses what nobody can be asked about, before anything is done.
 *
 * @throws CliError 2
 */
export function requireAttended({ dryRun, yes }: ChangeOptions): void {
  if (dryRun || yes || lent()?.confirm !== undefined || isAttended()) return;
  throw usageError(
    'this has to be agreed to, and there is no terminal to ask on',
    'look with --dry-run, then add --yes',
  );
}

/**
 * Shows what will happen and goes on only after the word yes, or the consent on the screen that was lent.
 *
 * @param lines what happens, in words that name what is lost
 * @param question as a screen asks it
 * @throws CliError 2 where there is no terminal, 1 for any other answer
 */
export async function requireAgreement(
  options: ChangeOptions,
  lines: readonly string[],
  question = 'Go on?',
): Promise<void> {
  if (options.yes) return;
  requireAttended(options);
  if (!(await isAgreed(lines, question))) throw new CliError(1, 'nothing was changed', 'only the word yes goes on');
}

async function isAgreed(lines: readonly string[], question: string): Promise<boolean> {
  const confirm = lent()?.confirm;
  if (confirm !== undefined) return confirm(question, lines.join('\n'));
  stopWaiting();
  process.stderr.write(`${lines.join('\n')}\n`);
  return answers('Type yes to go on: ', 'yes');
}

/**
 * Shows an operation of somebody else in any case, and asks whether to go on.
 *
 * @param wish goes on after "you are about to"
 * @throws CliError 2, 1
 */
export async function requireReadAgreement(
  options: ChangeOptions,
  operation: readonly string[],
  wish: string,
): Promise<void> {
  const question = `${wish.charAt(0).toUpperCase()}${wish.slice(1)}?`;
  if (lent()?.confirm !== undefined) return requireAgreement(options, operation, question);
  // Standard output is for the result.
  stopWaiting();
  process.stderr.write(`${operation.join('\n')}\n`);
  if (!options.dryRun) await requireAgreement(options, [`you are about to ${wish}`]);
}
