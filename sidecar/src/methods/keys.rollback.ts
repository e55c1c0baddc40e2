import { SidecarError } from '../errors.ts';
import type { KeyRecord } from '../generated/types.ts';
import type { RotationPolicies } from '../keys/rotation-policies.ts';
import { versionOf } from '../keystore/key-moves.ts';
import type { Keystore } from '../keystore/keystore.ts';
import { overlapMsOf } from '../keystore/rotation.ts';
import type { Handler } from '../request/context.ts';
import { changeRequest } from './change-request.ts';
import type { KeyChanged } from './keys.create.ts';

/** States whose secret is still good for protecting something anew. */
const returnable: ReadonlySet<string> = new Set(['active', 'suspended', 'deactivated']);

export function createKeysRollback(
  keystore: Keystore,
  rotationPolicies: Pick<RotationPolicies, 'of'>,
  changed: KeyChanged,
): Handler<'keys.rollback'> {
  return async ({ name, version, overlapSeconds, reason, requestId }, execution) => {
    const request = changeRequest(requestId, execution);
    const earlier = await keystore.outcome(request.principal, requestId, request.requestDigest);
    if (earlier !== undefined) return { record: earlier };
    const before = await keystore.get(name);
    if (before === undefined) throw new SidecarError('not_found', name);
    const { state, publicKey, origin } = versionOf(before, version);
    if (!returnable.has(state)) throw new SidecarError('key_state', `version ${version} of ${name} is ${state}`);
    requireNotTooOld(before, version);
    const { secret, ...material } = await keystore.unseal(before.id, version);
    using copied = secret;
    const record = await keystore.addVersion(
      {
        ...material,
        ...(publicKey && { publicKey }),
        secret: copied,
        nameOrId: before.id,
        overlapMs: overlapMsOf(rotationPolicies.of(before)?.schedule, overlapSeconds),
        reason,
        copyOf: version,
        ...(origin !== undefined && { origin }),
      },
      request,
    );
    changed(record);
    return { record };
  };
}

/** What a minimum has stopped does not come back under another number. */
function requireNotTooOld({ name, minimumVersions = {} }: KeyRecord, version: number): void {
  const minimum = Math.max(0, ...Object.values(minimumVersions));
  if (version < minimum) {
    throw new SidecarError('key_state', `version ${version} of ${name} is too old: the minimum is ${minimum}`);
  }
}
