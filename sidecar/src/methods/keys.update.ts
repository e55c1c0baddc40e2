import { SidecarError } from '../errors.ts';
import type { KeyRecord, KeysUpdateParams } from '../generated/types.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { Handler } from '../request/context.ts';
import { changeRequest } from './change-request.ts';
import type { KeyChanged } from './keys.create.ts';

export function createKeysUpdate(keystore: Keystore, changed: KeyChanged): Handler<'keys.update'> {
  return async ({ name, requestId, ...change }, execution) => {
    const request = changeRequest(requestId, execution);
    const record = await keystore.revise(name, (before) => updated(before, change), request);
    changed(record);
    return { record };
  };
}

/** What is set to nothing leaves no member behind. */
function updated(record: KeyRecord, change: Omit<KeysUpdateParams, 'name' | 'requestId'>): KeyRecord {
  const { description, expiresAt, minimumVersions, rotation, ...rest } = record;
  const wanted = { description, expiresAt, minimumVersions, rotation, ...change };
  requireVersions(record, Object.values(wanted.minimumVersions ?? {}));
  return {
    ...rest,
    ...(wanted.description && { description: wanted.description }),
    ...(wanted.expiresAt && { expiresAt: wanted.expiresAt }),
    ...(!isEmpty(wanted.minimumVersions) && { minimumVersions: wanted.minimumVersions }),
    ...(!isEmpty(wanted.rotation) && { rotation: wanted.rotation }),
  };
}

/** A minimum that no version reaches would end the use of the key by a slip of the pen. */
function requireVersions({ name, versions }: KeyRecord, minimums: readonly number[]): void {
  const beyond = minimums.find((minimum) => minimum > versions.length);
  if (beyond !== undefined) {
    throw new SidecarError('invalid_params', `${name} has ${versions.length} versions, not ${beyond}`);
  }
}

function isEmpty(value: object | undefined): value is undefined {
  return value === undefined || Object.keys(value).length === 0;
}
