import { createSecretKey } from 'node:crypto';
import type { Algorithm } from '../generated/types.ts';
import type { LoadedKey } from './key.ts';
import { importAndWipe } from './key-transport.ts';
import { keyLengthOf } from './keys/keys.ts';
import type { Job, Runs } from './lanes/job.ts';
import { derivationSchemes } from './operations/derivations.ts';
import { kemSchemes } from './operations/kems.ts';
import { requireAccess, requirePeer } from './operations/key-access.ts';
import { descriptorOf } from './operations/table.ts';
import type { CryptoOperations } from './provider.ts';

type Establishment = Pick<
  CryptoOperations,
  'deriveBits' | 'deriveKey' | 'encapsulateBits' | 'encapsulateKey' | 'decapsulateBits' | 'decapsulateKey'
>;

type DerivationUsage = 'deriveBits' | 'deriveKey';
type KemUsage = keyof Omit<Establishment, DerivationUsage>;

/** Derivation of bits and keys, and key encapsulation. */
export function createKeyEstablishment(lane: Runs): Establishment {
  return {
    async deriveBits(algorithm, key, length, peer) {
      requireDerivation(algorithm, key, 'deriveBits', peer);
      return lane.run(derivation(algorithm, key, length, peer));
    },
    async deriveKey(algorithm, key, derivedKeyAlgorithm, attributes, peer) {
      requireDerivation(algorithm, key, 'deriveKey', peer);
      const length = keyLengthOf(derivedKeyAlgorithm);
      const bits = await lane.run(derivation(algorithm, key, length, peer));
      return importAndWipe('raw-secret', bits, derivedKeyAlgorithm, attributes);
    },
    async encapsulateBits(algorithm, key) {
      requireKem(algorithm, key, 'encapsulateBits');
      return lane.run({ operation: 'encapsulate', algorithm, key });
    },
    async encapsulateKey(algorithm, key, sharedKeyAlgorithm, attributes) {
      requireKem(algorithm, key, 'encapsulateKey');
      const { sharedKey, ciphertext } = await lane.run({ operation: 'encapsulate', algorithm, key });
      return {
        sharedKey: await importAndWipe('raw-secret', sharedKey, sharedKeyAlgorithm, attributes),
        ciphertext,
      };
    },
    async decapsulateBits(algorithm, key, ciphertext) {
      requireKem(algorithm, key, 'decapsulateBits');
      return lane.run({ operation: 'decapsulate', algorithm, key, data: ciphertext });
    },
    async decapsulateKey(algorithm, key, ciphertext, sharedKeyAlgorithm, attributes) {
      requireKem(algorithm, key, 'decapsulateKey');
      const bits = await lane.run({ operation: 'decapsulate', algorithm, key, data: ciphertext });
      return importAndWipe('raw-secret', bits, sharedKeyAlgorithm, attributes);
    },
  };
}

/** The pepper becomes a KeyObject, which other threads share; a Secret cannot be posted to them. */
function derivation(
  { secretValue, ...algorithm }: Algorithm,
  key: LoadedKey,
  length: number | null,
  peer: LoadedKey | undefined,
): Job<'derive'> {
  const pepper = secretValue === undefined ? undefined : createSecretKey(secretValue.bytes);
  return { operation: 'derive', algorithm, key, length, peer, pepper };
}

function requireDerivation(
  algorithm: Algorithm,
  key: LoadedKey,
  usage: DerivationUsage,
  peer: LoadedKey | undefined,
): void {
  const { baseKey, agreement } = descriptorOf(derivationSchemes, algorithm.name, 'derivation');
  requireAccess(algorithm, key, { usage, type: baseKey });
  if (agreement) requirePeer(algorithm, key, peer);
}

function requireKem(algorithm: Algorithm, key: LoadedKey, usage: KemUsage): void {
  descriptorOf(kemSchemes, algorithm.name, 'encapsulation');
  requireAccess(algorithm, key, { usage, type: usage.startsWith('encapsulate') ? 'public' : 'private' });
}
