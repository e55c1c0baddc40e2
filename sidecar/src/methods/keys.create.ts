import type { CryptoProvider } from '../crypto/provider.ts';
import type { KeyRecord } from '../generated/types.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { Handler } from '../request/context.ts';
import { changeRequest } from './change-request.ts';
import { KeyMaterial } from './key-material.ts';

/** Told of a changed key before the change is acknowledged. */
export type KeyChanged = (record: KeyRecord) => void;

export function createKeysCreate(
  crypto: CryptoProvider,
  keystore: Keystore,
  changed: KeyChanged,
): Handler<'keys.create'> {
  return async ({ algorithm, active = true, labels = {}, requestId, ...described }, execution) => {
    const request = changeRequest(requestId, execution);
    const earlier = await keystore.outcome(request.principal, requestId, request.requestDigest);
    if (earlier !== undefined) return { record: earlier };
    using material = await KeyMaterial.generate(crypto.for(execution.session), algorithm, described.usages);
    // Generation may take seconds: it is decided anew, so that only what changes in this very moment makes another key.
    await execution.renew?.();
    const record = await keystore.create({
      ...request,
      ...described,
      ...material,
      labels,
      owner: request.principal,
      state: active ? 'active' : 'pre-activation',
    });
    changed(record);
    return { record };
  };
}
