import { CliError, usageError } from '../errors.ts';
import { answers, isAttended } from '../terminal.ts';
import { stopWaiting } from '../waiting-line.ts';
import type { ChangeOptions } from './effect.ts';

/**
 * Refuses what nobody can be asked about, before anything is done.
 *
 * @throws CliError 2
 */
export function requireAttended({ dryRun, yes }: ChangeOptions): void {
  if (dryRun || yes || isAttended()) return;
  throw usageError(
    'this has to be agreed to, and there is no terminal to ask on',
    'look with --dry-run, then add --yes',
  );
}

/**
 * Shows what will happen and goes on only after the word yes.
 *
 * @param lines what happens, in words that name what is lost
 * @throws CliError 2 where there is no terminal, 1 for any other answer
 */
export function requireAgreement(options: ChangeOptions, lines: readonly string[]): void {
  if (options.yes) return;
  requireAttended(options);
  stopWaiting();
  process.stderr.write(`${lines.join('\n')}\n`);
  if (answers('Type yes to go on: ', 'yes')) return;
  throw new CliError(1, 'nothing was changed', 'only the word yes goes on');
}

/**
 * Shows an operation of somebody else in any case, and asks whether to go on.
 *
 * @param wish goes on after "you are about"
 * @throws CliError 2, 1
 */
export function requireReadAgreement(options: ChangeOptions, operation: readonly string[], wish: string): void {
  // Standard output is for the result.
  stopWaiting();
  process.stderr.write(`${operation.join('\n')}\n`);
  if (!options.dryRun) requireAgreement(options, [`you are about ${wish}`]);
}
