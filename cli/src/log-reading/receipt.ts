import { DamagedLogError, type LogSource, proveRecord } from '@ferrohsm/sdk/node';
import { CliError } from '../errors.ts';

/**
 * The receipt of a record: a C2SP tlog-proof with the entry in it.
 *
 * @throws CliError 65 for an index beyond the checkpoint, 1 for a log whose files do not fit together
 */
export async function receiptOf(source: LogSource, index: number): Promise<string> {
  return undamaged(() => proveRecord(source, index));
}

/** Says of a damaged log what a user can do. */
export async function undamaged<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof RangeError) throw new CliError(65, error.message, 'only what the checkpoint covers is proved');
    if (!(error instanceof DamagedLogError)) throw error;
    throw new CliError(1, `the log does not verify: ${error.message}`, 'ferrohsm audit verify names all that is wrong');
  }
}
