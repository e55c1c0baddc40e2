import { readInput } from './input.ts';

const limitBytes = 4 * 1024 * 1024;

/**
 * Cedar policies of a file or of standard input.
 *
 * @throws CliError 65 for what is too long, 66 for what cannot be read
 */
export function policyText(file: string | undefined): string {
  return readInput(file, limitBytes).toString();
}
