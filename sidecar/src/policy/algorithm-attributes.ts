import type { Algorithm, AlgorithmStrength, KeyAlgorithm } from '../generated/types.ts';
import { strengthOf } from './algorithm-strength.ts';

/** What policies see of an algorithm: the attributes that a key, or one that is about to be made, has by it. */
export interface AlgorithmAttributes extends AlgorithmStrength {
  readonly algorithm: string;
  readonly multipurpose: boolean;
}

export function attributesOf(algorithm: Algorithm | KeyAlgorithm): AlgorithmAttributes {
  const { name, multipurpose = false } = algorithm;
  return { algorithm: name, multipurpose, ...strengthOf(algorithm) };
}
