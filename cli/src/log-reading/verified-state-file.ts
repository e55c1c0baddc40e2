import type { VerifiedState } from '@ferrohsm/sdk/node';
import { CliError } from '../errors.ts';
import { writeOutputFile } from '../output-file.ts';
import { readKept } from './kept-file.ts';

/**
 * What an earlier verification left; undefined when there is no file yet.
 *
 * @throws CliError 66, 65
 */
export function readVerifiedState(path: string): VerifiedState | undefined {
  const text = readKept(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as VerifiedState;
  } catch {
    throw new CliError(65, `${path} is not JSON`, 'name the file of this log, or remove it to begin anew');
  }
}

/** Replaces the file whole. @throws CliError 73 */
export function writeVerifiedState(path: string, state: VerifiedState): void {
  writeOutputFile(path, Buffer.from(`${JSON.stringify(state)}\n`));
}
