import { DamagedEntryError, DamagedLogError } from '@ferrohsm/sdk/node';
import { CliError } from '../errors.ts';

/**
 * Says of a damaged log what a user can do.
 *
 * @throws CliError 65 for what the checkpoint does not cover, 1 for a log whose files do not fit together
 */
export async function undamaged<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof RangeError) throw new CliError(65, error.message, 'only what the checkpoint covers is proved');
    throw error instanceof DamagedLogError ? unverified(error) : error;
  }
}

export function unverified(error: DamagedLogError): CliError {
  const isEntry = error instanceof DamagedEntryError;
  const reason = isEntry ? `, first bad ${error.message}` : `: ${error.message}`;
  return new CliError(1, `the log does not verify${reason}`, 'ferrohsm audit verify names all that is wrong');
}

/** A record that the log itself says to have pruned. */
export function prunedRecord(index: number, minimumIndex: number): CliError {
  return new CliError(66, `record ${index} was pruned`, `the log begins with record ${minimumIndex}`);
}
