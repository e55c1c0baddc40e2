import { nativeCrypto } from '../local/native-crypto.ts';
import { type AlgorithmIdentifierValue, algorithmIdentifier, foldName, readName } from './algorithm-name.ts';
import { findAlgorithm, type Operation } from './algorithm-registry.ts';
import { normalizeAlgorithm, normalizeDerivation, normalizeDerivedKey, normalizeEither } from './normalization.ts';
import { derivedLengthFits, isSha3, parametersFit } from './parameter-rules.ts';
import { domString, unsignedLong } from './web-idl.ts';

/** Answers, or throws where the operation itself would reject. */
type Check = (algorithm: AlgorithmIdentifierValue, third: unknown) => boolean;

const registeredFor =
  (operation: Operation): Check =>
  (algorithm) =>
    parametersFit(operation, normalizeAlgorithm(operation, algorithm));

const third = (value: unknown) => algorithmIdentifier(value, 'third argument');

/** A shared secret of a KEM has 256 bits: can it become a key of that algorithm? */
function importsSharedKey(value: unknown): boolean {
  const { name, length } = normalizeAlgorithm('importKey', third(value));
  // A length of partial bytes shortens the last one.
  return findAlgorithm(name)?.keys === 'secret' && (length === undefined || Math.ceil(length / 8) === 32);
}

function derivedBits(derived: AlgorithmIdentifierValue): number | null {
  const { name, length, hash } = normalizeDerivedKey(derived);
  if (length !== undefined) return length;
  if (name !== 'HMAC') return defaultKeyBits[name] ?? null;
  if (isSha3(hash)) throw new TypeError('algorithm.length is required');
  return hash === 'SHA-384' || hash === 'SHA-512' ? 1024 : 512;
}

const defaultKeyBits: Readonly<Record<string, number>> = { 'ChaCha20-Poly1305': 256, KMAC128: 128, KMAC256: 256 };

const classicalHashes: ReadonlySet<string> = new Set(['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512']);

/** Digests are the runtime's own. */
function digests(algorithm: AlgorithmIdentifierValue): boolean {
  if (classicalHashes.has(foldName(readName(algorithm)))) return true;
  const native = nativeCrypto.subtle.constructor as { supports?(operation: string, algorithm: unknown): boolean };
  return native.supports?.('digest', algorithm) ?? false;
}

const derives: Check = (algorithm, length) => {
  const normalized = normalizeDerivation(algorithm);
  const bits = length === null || length === undefined ? null : unsignedLong(length, 'third argument');
  const { public: _peer, ...parameters } = normalized;
  return parametersFit('deriveBits', parameters) && derivedLengthFits(normalized, bits);
};

const wraps =
  (operation: Operation, fallback: Operation, keyOperation: Operation): Check =>
  (algorithm, key) => {
    const normalized = normalizeEither(operation, fallback, algorithm);
    return parametersFit(fallback, normalized) && registeredFor(keyOperation)(third(key), undefined);
  };

const checks: ReadonlyMap<string, Check> = new Map<string, Check>([
  ...(['generateKey', 'importKey', 'exportKey', 'encrypt', 'decrypt', 'sign', 'verify'] as const).map(
    (operation) => [operation, registeredFor(operation)] as const,
  ),
  ['digest', digests],
  ['deriveBits', derives],
  ['deriveKey', (algorithm, derived) => derives(algorithm, derivedBits(third(derived)))],
  ['wrapKey', wraps('wrapKey', 'encrypt', 'exportKey')],
  ['unwrapKey', wraps('unwrapKey', 'decrypt', 'importKey')],
  ['encapsulateBits', registeredFor('encapsulate')],
  ['decapsulateBits', registeredFor('decapsulate')],
  ['encapsulateKey', (algorithm, key) => registeredFor('encapsulate')(algorithm, key) && importsSharedKey(key)],
  ['decapsulateKey', (algorithm, key) => registeredFor('decapsulate')(algorithm, key) && importsSharedKey(key)],
  ['getPublicKey', (algorithm) => findAlgorithm(readName(algorithm))?.keys === 'pair'],
]);

/**
 * `SubtleCrypto.supports()` of the Modern Algorithms draft, for keys of the sidecar.
 *
 * @throws TypeError when an argument is missing or cannot be converted
 */
export function supports(args: readonly unknown[]): boolean {
  if (args.length < 2) throw new TypeError('supports: 2 arguments required');
  const operation = domString(args[0], 'operation');
  const algorithm = algorithmIdentifier(args[1], 'algorithm');
  try {
    return checks.get(operation)?.(algorithm, args[2]) ?? false;
  } catch {
    return false;
  }
}
