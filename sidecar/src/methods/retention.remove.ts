import type { KeyRetention } from '../keys/key-retention.ts';
import type { Handler } from '../request/context.ts';
import { changeRequest } from './change-request.ts';

export function createRetentionRemove(retention: Pick<KeyRetention, 'remove'>): Handler<'retention.remove'> {
  return async ({ name, requestId }, execution) => {
    await retention.remove(name, changeRequest(requestId, execution));
    return {};
  };
}
