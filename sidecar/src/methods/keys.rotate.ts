import type { CryptoProvider } from '../crypto/provider.ts';
import { SidecarError } from '../errors.ts';
import type { KeyRecord } from '../generated/types.ts';
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
  return async ({ name, algorithm, overlapSeconds, reason, afterVersion, requestId }, execution) => {
    const request = changeRequest(requestId, execution);
    const earlier = await keystore.outcome(request.principal, requestId, request.requestDigest);
    if (earlier !== undefined) return { record: earlier };
    const before = await keystore.get(name);
    if (before === undefined) throw new SidecarError('not_found', name);
    // Nobody waits for an RSA key that is refused in the end.
    requireNewest(before, afterVersion);
    const wanted = algorithm ?? newestAlgorithm(before);
    using material = await KeyMaterial.generate(crypto.for(execution.session), wanted, before.usages);
    if (material.type !== before.type) throw new SidecarError('not_supported', `${name} is a ${before.type} key`);
    // Generation may take seconds: it is decided anew, so that only what changes in this very moment makes another version.
    await execution.renew?.();
    const overlapMs = overlapMsOf(rotationPolicies.of(before)?.schedule, overlapSeconds);
    // The schedule may have made a version meanwhile.
    const requireWanted = (record: KeyRecord) => requireNewest(record, afterVersion);
    const added = { ...material, nameOrId: before.id, overlapMs, reason, requireWanted };
    const record = await keystore.addVersion(added, request);
    changed(record);
    return { record };
  };
}

function requireNewest({ name, versions }: KeyRecord, version: number | undefined): void {
  if (version === undefined || versions.length === version) return;
  throw new SidecarError('key_state', `the newest version of ${name} is ${versions.length}, not ${version}`);
}
