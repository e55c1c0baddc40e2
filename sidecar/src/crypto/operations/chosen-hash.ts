import type { Algorithm } from '../../generated/types.ts';
import type { LoadedKey } from '../key.ts';
import { type Hash, hashOf } from './hash-name.ts';
import { required } from './refusal.ts';

/**
 * The hash of an operation whose keys are bound to one: the key's, unless a general-purpose key is told another.
 *
 * @throws SidecarError `not_supported` for an unknown hash
 */
export function chosenHash(algorithm: Algorithm, key: LoadedKey): Hash {
  return hashOf(chosenHashName(algorithm, key));
}

export function chosenHashName({ hash }: Algorithm, { algorithm }: LoadedKey): string {
  const told = algorithm.multipurpose ? hash : undefined;
  return told ?? required(algorithm.hash, 'hash');
}
