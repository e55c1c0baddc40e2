import { CliError } from '../errors.ts';

/** @throws CliError 3 for a named key that lacks the half that is needed */
export function wanted<Key>(key: Key | undefined): Key {
  if (key !== undefined) return key;
  throw new CliError(3, 'the key lacks the half that this needs', 'look at: ferrohsm key show NAME');
}
