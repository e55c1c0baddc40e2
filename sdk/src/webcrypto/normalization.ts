import { FerroHsmError } from '../errors.ts';
import type { Algorithm } from '../generated/types.ts';
import { type AlgorithmIdentifierValue, readName } from './algorithm-name.ts';
import { findAlgorithm, type Operation } from './algorithm-registry.ts';
import type { Dictionary } from './dictionaries.ts';

/** The algorithm of a key derivation as the wire has it, but for the other party's key, which is still a CryptoKey. */
export type DerivationAlgorithm = Omit<Algorithm, 'public'> & { public?: CryptoKey };

/**
 * Normalizes an algorithm (Web Cryptography API, section 18.4.4): reads each member once, in WebIDL's order, and copies
 * byte sources after all of them are read.
 *
 * @throws TypeError for a missing or ill-typed member
 * @throws FerroHsmError `not_supported` for a name that is not registered for the operation
 * @example normalizeAlgorithm('sign', { name: 'ecdsa', hash: 'sha-256' }) // { name: 'ECDSA', hash: 'SHA-256' }
 */
export function normalizeAlgorithm(operation: Operation, identifier: AlgorithmIdentifierValue): Algorithm {
  const name = readName(identifier);
  const registered = findAlgorithm(name);
  const dictionary = registered?.operations[operation];
  if (registered === undefined || dictionary === undefined) {
    throw new FerroHsmError('not_supported', `${operation} with algorithm ${JSON.stringify(name)}`);
  }
  return readDictionary(registered.name, dictionary, identifier);
}

export function normalizeDerivation(identifier: AlgorithmIdentifierValue): DerivationAlgorithm {
  return normalizeAlgorithm('deriveBits', identifier) as unknown as DerivationAlgorithm;
}

/** Like `normalizeAlgorithm` for wrapKey and unwrapKey, which fall back to encrypt and decrypt. */
export function normalizeEither(
  operation: Operation,
  fallback: Operation,
  identifier: AlgorithmIdentifierValue,
): Algorithm {
  try {
    return normalizeAlgorithm(operation, identifier);
  } catch {
    return normalizeAlgorithm(fallback, identifier);
  }
}

/** The algorithm of a key that is derived: what its import and its length need. */
export function normalizeDerivedKey(identifier: AlgorithmIdentifierValue): Algorithm {
  return { ...normalizeAlgorithm('importKey', identifier), ...normalizeAlgorithm('get key length', identifier) };
}

function readDictionary(name: string, dictionary: Dictionary, source: AlgorithmIdentifierValue): Algorithm {
  const values = dictionary.map((member) => {
    const value: unknown = typeof source === 'string' ? undefined : Reflect.get(source, member.key);
    if (value !== undefined) return member.convert(value, `algorithm.${member.key}`);
    if (member.required) throw new TypeError(`algorithm.${member.key} is required`);
    return undefined;
  });
  const normalized: Algorithm & Record<string, unknown> = { name };
  for (const [index, member] of dictionary.entries()) {
    if (values[index] !== undefined) normalized[member.key] = member.normalize(values[index]);
  }
  return normalized;
}
