import { lstatSync, realpathSync, type Stats, statSync } from 'node:fs';
import { CliError } from '../errors.ts';
import { unreadable } from '../input.ts';
import { refuseToReplace, unwritable } from '../output-file.ts';
import { isUnchanged } from './file-state.ts';

/** What a job over the lines of a file reads and writes: links are followed once, before it begins. */
export interface LinePlaces {
  readonly input: string;
  readonly inputStatus: Stats;
  readonly output: string;
  /** What is in the output's place; undefined for nothing. */
  readonly replaced: Stats | undefined;
}

/**
 * Finds the files of a job.
 *
 * @param force replace an output that is there
 * @throws CliError 66 for an input, 73 for an output that is not a file or must not be replaced
 */
export function linePlaces(input: string, output: string, { force }: { readonly force: boolean }): LinePlaces {
  return { ...inputPlace(input), ...outputPlace(output, force) };
}

/** @throws CliError 75 when the input is another file, or was written to, since the job began; 66 */
export function requireUnchanged({ input, inputStatus }: LinePlaces): void {
  if (isUnchanged(inputAt(input), inputStatus)) return;
  throw new CliError(75, `${input} was changed meanwhile`, 'run the same command again; nothing was replaced');
}

function inputPlace(path: string) {
  const inputStatus = inputAt(path);
  if (inputStatus.isFile()) return { input: realpathSync(path), inputStatus };
  throw new CliError(66, `${path} is not a file`, 'a job that goes on after an interruption reads its input again');
}

function inputAt(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

function outputPlace(path: string, force: boolean) {
  refuseToReplace(path, { force });
  try {
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return { output: path, replaced: undefined };
    const output = realpathSync(path);
    const replaced = statSync(output);
    if (replaced.isFile()) return { output, replaced };
  } catch (error) {
    throw unwritable(path, error);
  }
  throw new CliError(73, `${path} is not a file`, 'the output appears when it is whole; name a file');
}
