import { type LogHead, type LogHeadOptions, type LogSource, readLogHead } from '@ferrohsm/sdk/node';
import { CliError } from '../errors.ts';
import { undamaged } from './log-damage.ts';

/**
 * What a log says of itself now. With keys, each of them or of their successors must have signed it and none may
 * disagree; without, only its form is checked.
 *
 * @throws CliError 1 when that is not so, 65 for successions that are none, 66
 */
export async function readTrustedHead(source: LogSource, options: LogHeadOptions): Promise<LogHead> {
  const head = await undamaged(() => wellFormed(() => readLogHead(source, options)));
  const [problem] = head.problems;
  if (problem === undefined) return head;
  throw new CliError(
    1,
    `the log does not verify: ${problem}`,
    'ferrohsm audit verify names all that is wrong; if the record of a key rotation was pruned, pin the newer keys',
  );
}

/** Keys were checked before: only successions that somebody kept can be malformed. */
async function wellFormed<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new CliError(65, error.message, 'the file that keeps them was changed; remove it to begin anew');
  }
}
