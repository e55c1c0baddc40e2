import { usageError } from '../errors.ts';

/** The operand that names a record. @throws CliError 2 */
export function recordIndex(text: string): number {
  const index = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(index)) return index;
  throw usageError(`not the index of a record: ${text}`, 'a whole number from 0; see: ferrohsm audit grep');
}
