import { SidecarError } from '../errors.ts';
import type { KeyRecord, KeyUsage } from '../generated/types.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { Handler } from '../request/context.ts';
import { changeRequest } from './change-request.ts';
import type { KeyChanged } from './keys.create.ts';

export function createKeysAssign(keystore: Keystore, changed: KeyChanged): Handler<'keys.assign'> {
  return async ({ name, owner, labels, usages, requestId }, execution) => {
    const assign = (before: KeyRecord) => {
      if (usages !== undefined) requireNarrower(before, usages);
      return { ...before, ...(owner && { owner }), ...(labels && { labels }), ...(usages && { usages }) };
    };
    const record = await keystore.revise(name, assign, changeRequest(requestId, execution));
    changed(record);
    return { record };
  };
}

/** A key that was made for one thing is never good for another: usages are taken away, not added. */
function requireNarrower({ name, usages }: KeyRecord, wanted: readonly KeyUsage[]): void {
  const added = wanted.find((usage) => !usages.includes(usage));
  if (added !== undefined) throw new SidecarError('invalid_params', `${name} is not for ${added}: make a key for it`);
}
