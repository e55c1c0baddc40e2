import type { CryptoProvider } from '../crypto/provider.ts';
import { SidecarError } from '../errors.ts';
import type { RotationPolicies } from '../keys/rotation-policies.ts';
import type { Keystore } from '../keystore/keystore.ts';
import { newestAlgorithm, overlapMsOf } from '../keystore/rotation.ts';
import type { Handler } from '../request/context.ts';
import { changeRequest } from './change-request.ts';
import { KeyMaterial } from './key-material.ts';
import type { KeyChanged } from './keys.create.ts';

export function createKeysRotate(
  crypto: CryptoProvider,
  keystore: Keystore,
  rotationPolicies: Pick<RotationPolicies, 'of'>,
  changed: KeyChanged,
): Handler<'keys.rotate'> {
  return async ({ name, algorithm, overlapSeconds, reason, requestId }, execution) => {
    const request = changeRequest(requestId, execution);
    const earlier = await keystore.outcome(request.principal, requestId, request.requestDigest);
    if (earlier !== undefined) return { record: earlier };
    const before = await keystore.get(name);
    if (before === undefined) throw new SidecarError('not_found', name);
    using material = await KeyMaterial.generate(crypto, algorithm ?? newestAlgorithm(before), before.usages);
    if (material.type !== before.type) throw new SidecarError('not_supported', `${name} is a ${before.type} key`);
    // Generation may take seconds: it is decided anew, so that only what changes in this very moment makes another version.
    await execution.renew?.();
    const overlapMs = overlapMsOf(rotationPolicies.of(before)?.schedule, overlapSeconds);
    const record = await keystore.addVersion({ ...material, nameOrId: before.id, overlapMs, reason }, request);
    changed(record);
    return { record };
  };
}
