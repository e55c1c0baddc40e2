import type { LoadedKey, LoadedKeyPair } from '../crypto/key.ts';
import type { CryptoProvider } from '../crypto/provider.ts';
import type { KeyRecord } from '../generated/types.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { Handler } from '../request/context.ts';
import { Secret } from '../secret.ts';

/** Told of a changed key before the change is acknowledged. */
export type KeyChanged = (record: KeyRecord) => void;

export function createKeysCreate(
  crypto: CryptoProvider,
  keystore: Keystore,
  changed: KeyChanged,
): Handler<'keys.create'> {
  return async ({ name, algorithm, usages, labels = {}, requestId }, execution) => {
    const { principal, requestDigest, requireCurrent } = execution;
    const earlier = await keystore.outcome(principal.id, requestId, requestDigest);
    if (earlier !== undefined) return { record: earlier };

    // Extractable only for the moment of sealing; the stored key never is.
    const { held, publicHalf } = halves(await crypto.generateKey(algorithm, { extractable: true, usages }));
    const stored = crypto.store(held);
    using secret = Secret.take(stored.bytes);
    // Generation may take seconds: it is decided anew, so that only what changes in this very moment makes another key.
    await execution.renew?.();
    const record = await keystore.create({
      name,
      owner: principal.id,
      type: held.type === 'secret' ? 'secret' : 'private',
      usages,
      labels,
      algorithm: held.algorithm,
      format: stored.format,
      secret,
      ...(publicHalf && { publicKey: await crypto.describePublic(publicHalf) }),
      requestId,
      requestDigest,
      principal: principal.id,
      requireCurrent,
    });
    changed(record);
    return { record };
  };
}

function halves(generated: LoadedKey | LoadedKeyPair): { held: LoadedKey; publicHalf?: LoadedKey } {
  if (!('privateKey' in generated)) return { held: generated };
  return { held: generated.privateKey, publicHalf: generated.publicKey };
}
