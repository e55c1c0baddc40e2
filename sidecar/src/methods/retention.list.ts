import type { KeyRetention } from '../keys/key-retention.ts';
import type { Handler } from '../request/context.ts';

export function createRetentionList(retention: Pick<KeyRetention, 'list'>): Handler<'retention.list'> {
  return async () => ({ retentionClasses: [...retention.list()] });
}
