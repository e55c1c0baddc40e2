import { SidecarError } from '../errors.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { Handler } from '../request/context.ts';
import { changeRequest } from './change-request.ts';
import type { KeyChanged } from './keys.create.ts';

export function createKeysRetain(keystore: Keystore, changed: KeyChanged): Handler<'keys.retain'> {
  return async ({ name, keepSeconds, until, requestId }, execution) => {
    const record = await keystore.revise(
      name,
      (before) => {
        const retention = before.retention ?? {};
        requireLonger('keepSeconds', keepSeconds, retention.keepSeconds);
        requireLonger('until', until, retention.until);
        const wanted = { ...(keepSeconds !== undefined && { keepSeconds }), ...(until !== undefined && { until }) };
        return { ...before, retention: { ...retention, ...wanted } };
      },
      changeRequest(requestId, execution),
    );
    changed(record);
    return { record };
  };
}

/** What was promised to somebody is not taken back by one person. */
function requireLonger(member: string, wanted: number | undefined, present = 0): void {
  if (wanted !== undefined && wanted < present) {
    throw new SidecarError('invalid_params', `${member} is ${present} and can only be raised`);
  }
}
