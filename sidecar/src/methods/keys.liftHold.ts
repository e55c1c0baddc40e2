import { SidecarError } from '../errors.ts';
import type { KeyRecord } from '../generated/types.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { Handler } from '../request/context.ts';
import { changeRequest } from './change-request.ts';
import type { KeyChanged } from './keys.create.ts';

export function createKeysLiftHold(keystore: Keystore, changed: KeyChanged): Handler<'keys.liftHold'> {
  return async ({ name, requestId }, execution) => {
    const record = await keystore.revise(name, withoutHold, changeRequest(requestId, execution));
    changed(record);
    return { record };
  };
}

function withoutHold({ retention = {}, ...record }: KeyRecord): KeyRecord {
  const { hold, ...others } = retention;
  if (hold === undefined) throw new SidecarError('key_state', `${record.name} is under no legal hold`);
  return Object.keys(others).length === 0 ? record : { ...record, retention: others };
}
