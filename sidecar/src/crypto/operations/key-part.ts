import type { KeyObject } from 'node:crypto';
import { SidecarError } from '../../errors.ts';
import type { LoadedKey } from '../key.ts';

/** The post-quantum part of a hybrid or composite key, the only part of any other. */
export function firstPart(key: LoadedKey): KeyObject {
  return partAt(key, 0);
}

export function classicalPart(key: LoadedKey): KeyObject {
  return partAt(key, 1);
}

function partAt(key: LoadedKey, index: number): KeyObject {
  const part = key.parts[index];
  if (part === undefined) throw new SidecarError('internal_error', `part ${index} of a ${key.algorithm.name} key`);
  return part;
}
