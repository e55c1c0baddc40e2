import type { AuditLog } from '../audit/log.ts';
import { SidecarError } from '../errors.ts';
import type { KeyRecord, KeyVersion } from '../generated/types.ts';
import { versionOf } from '../keystore/key-moves.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { Handler } from '../request/context.ts';

export function createKeysCertificate(
  keystore: Keystore,
  log: Pick<AuditLog, 'minimumIndex' | 'receipt'>,
): Handler<'keys.certificate'> {
  return async ({ name, version }) => {
    const record = await keystore.get(name);
    if (record === undefined) throw new SidecarError('not_found', name);
    const chosen = version === undefined ? newestDestroyed(record) : versionOf(record, version);
    const { destruction, state } = chosen;
    if (destruction === undefined) {
      throw new SidecarError(
        'key_state',
        `version ${chosen.version} of ${name} is ${state}: nothing shows a destruction yet`,
      );
    }
    if (destruction.index < log.minimumIndex)
      throw new SidecarError('not_found', `record ${destruction.index} was pruned`);
    return { certificate: await log.receipt(destruction.index), version: chosen.version };
  };
}

function newestDestroyed({ versions }: KeyRecord): KeyVersion {
  return versions.findLast(({ destruction }) => destruction !== undefined) ?? versions.at(-1) ?? versions[0];
}
