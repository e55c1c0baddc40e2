import type { KeyRetention } from '../keys/key-retention.ts';
import type { Handler } from '../request/context.ts';
import { changeRequest } from './change-request.ts';

export function createRetentionSet(retention: Pick<KeyRetention, 'set'>): Handler<'retention.set'> {
  return async ({ retentionClass, requestId }, execution) => ({
    retentionClass: await retention.set(retentionClass, changeRequest(requestId, execution)),
  });
}
