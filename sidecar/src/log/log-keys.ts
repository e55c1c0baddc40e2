import { randomBytes } from 'node:crypto';
import type { LogSigners } from '../audit/log.ts';
import { createSeededSigner } from '../crypto/log-signer.ts';
import type { ChangeRequest } from '../documents.ts';
import type { Keystore } from '../keystore/keystore.ts';
import { Secret } from '../secret.ts';

/** The keys that sign checkpoints, oldest first; their seeds live sealed in the keystore. */
export interface LogKeys {
  present(): Promise<LogSigners>;
  /** Those before the present ones, the newest first. */
  earlier(): Promise<readonly LogSigners[]>;
  /** Makes the next ones present; the same request again makes no others. */
  next(request: ChangeRequest): Promise<LogSigners>;
}

interface StoredGeneration {
  readonly generation: number;
}

const kind = 'log-keys';
const id = 'present';
/** Bytes of an Ed25519 or ML-DSA seed. */
const seedBytes = 32;

/** @example const signers = await createLogKeys(keystore).present(); */
export function createLogKeys(keystore: Pick<Keystore, 'systemSecret' | 'documents'>): LogKeys {
  const { documents } = keystore;
  /** Signers once made are the same object for as long as the process runs. */
  const made = new Map<number, Promise<LogSigners>>();

  function signersOf(generation: number): Promise<LogSigners> {
    const known = made.get(generation) ?? makeSigners(keystore, generation);
    made.set(generation, known);
    return known;
  }

  async function presentGeneration(): Promise<number> {
    const stored = await documents.get<StoredGeneration>(kind, id);
    return stored?.generation ?? 1;
  }

  return {
    present: async () => signersOf(await presentGeneration()),
    async earlier() {
      const generations = Array.from({ length: (await presentGeneration()) - 1 }, (_, i) => i + 1);
      return Promise.all(generations.reverse().map(signersOf));
    },
    async next(request) {
      const { generation } = await documents.change((changes) => {
        const stored = changes.get<StoredGeneration>(kind, id);
        const following: StoredGeneration = { generation: (stored?.generation ?? 1) + 1 };
        changes.put(kind, id, following);
        return following;
      }, request);
      return signersOf(generation);
    },
  };
}

/** Seeds are made on first use. */
async function makeSigners(keystore: Pick<Keystore, 'systemSecret'>, generation: number): Promise<LogSigners> {
  const suffix = generation === 1 ? '' : `/${generation}`;
  using ed25519Seed = await keystore.systemSecret(`log/ed25519-seed${suffix}`, newSeed);
  using mlDsaSeed = await keystore.systemSecret(`log/ml-dsa-44-seed${suffix}`, newSeed);
  return {
    ed25519: createSeededSigner('Ed25519', ed25519Seed.bytes),
    mlDsa44: createSeededSigner('ML-DSA-44', mlDsaSeed.bytes),
  };
}

function newSeed(): Secret {
  return Secret.take(randomBytes(seedBytes));
}
