import { type Argon2Algorithm, argon2Sync, type KeyObject } from 'node:crypto';
import type { Algorithm } from '../../generated/types.ts';
import type { LoadedKey } from '../key.ts';
import type { DerivationScheme } from './derivation-scheme.ts';
import { firstPart } from './key-part.ts';
import { bytesOf, mostDerivedBytes } from './key-stretching.ts';
import { attempt, operationFailed, required } from './refusal.ts';

/** The only version that WebCrypto has (RFC 9106 section 3.1). */
const version = 0x13;

/** 1 GiB. Lanes run one after the other, and one derivation of this size at a time. */
const mostMemoryKib = 2 ** 20;

/** 4 GiB to walk through: up to fifteen seconds of the slow lane, which everybody shares. */
const mostWorkKib = 2 ** 22;

/** RFC 9106 section 3.1; ranges that all lengths of WebCrypto fulfil are not checked again. */
const leastNonceBytes = 8;
const leastTagBytes = 4;
const mostLanes = 2 ** 24 - 1;

/** Argon2 (RFC 9106), within bounds of memory and time that WebCrypto does not have. */
export function argon2(type: Argon2Algorithm): DerivationScheme {
  return Object.freeze({
    baseKey: 'secret',
    agreement: false,
    derive(algorithm, key, length, _peer, pepper) {
      const parameters = parametersOf(algorithm, bytesOf(length));
      return withSecrets(key, pepper, (message, secret) =>
        attempt(algorithm.name, () => argon2Sync(type, { ...parameters, message, secret })),
      );
    },
  } satisfies DerivationScheme);
}

function parametersOf(algorithm: Algorithm, tagLength: number) {
  const nonce = required(algorithm.nonce, 'nonce');
  const memory = required(algorithm.memory, 'memory');
  const passes = required(algorithm.passes, 'passes');
  const parallelism = required(algorithm.parallelism, 'parallelism');
  const { associatedData = new Uint8Array() } = algorithm;
  if (nonce.length < leastNonceBytes) throw operationFailed(`a nonce of ${nonce.length} bytes`);
  if (parallelism < 1 || parallelism > mostLanes) throw operationFailed(`${parallelism} lanes`);
  if (memory < 8 * parallelism) throw operationFailed(`${memory} KiB for ${parallelism} lanes`);
  if (passes < 1) throw operationFailed('0 passes');
  if ((algorithm.version ?? version) !== version) throw operationFailed(`version ${algorithm.version}`);
  if (tagLength < leastTagBytes) throw operationFailed(`${tagLength} derived bytes`);
  requireBounded(memory, passes, tagLength);
  return { nonce, memory, passes, parallelism, associatedData, tagLength };
}

function requireBounded(memory: number, passes: number, bytes: number): void {
  if (bytes > mostDerivedBytes) throw operationFailed(`${bytes} derived bytes, at most ${mostDerivedBytes}`);
  if (memory > mostMemoryKib) throw operationFailed(`${memory} KiB, at most ${mostMemoryKib}`);
  if (memory * passes > mostWorkKib) throw operationFailed(`${passes} passes over ${memory} KiB`);
}

/** Runs with password and pepper in buffers of their own, and wipes them. */
function withSecrets<T>(key: LoadedKey, pepper: KeyObject | undefined, use: (message: Buffer, secret: Buffer) => T): T {
  const message = firstPart(key).export();
  const secret = pepper?.export() ?? Buffer.alloc(0);
  try {
    return use(message, secret);
  } finally {
    message.fill(0);
    secret.fill(0);
  }
}
