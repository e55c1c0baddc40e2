import { readFileSync } from 'node:fs';
import { CliError, systemCode } from '../errors.ts';

/**
 * The text of a file that this program wrote earlier; undefined when there is none yet.
 *
 * @throws CliError 66
 */
export function readKept(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw new CliError(66, `cannot read ${path} (${systemCode(error) ?? 'unknown reason'})`, 'check permissions');
  }
}
