import { FerroHsmError } from '../errors.ts';

/**
 * Waits for a call whose arguments are right, so that only a lack of the algorithm or of its formats makes it fail.
 *
 * @throws FerroHsmError `not_supported`
 */
export async function ofRuntime<T>(algorithm: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw new FerroHsmError('not_supported', `${algorithm} in this runtime`, { cause });
  }
}
