import type { KeyTurnover } from '../key-turnover.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { Handler } from '../request/context.ts';
import { changeRequest } from './change-request.ts';

export function createKeystoreRotate(
  { documents }: Pick<Keystore, 'documents'>,
  turnover: Pick<KeyTurnover, 'turnOver'>,
): Handler<'keystore.rotate'> {
  return async ({ requestId }, execution) => {
    const request = changeRequest(requestId, execution);
    const earlier = await documents.result<{ generation: number }>(request);
    if (earlier !== undefined) return earlier;
    request.requireCurrent?.();
    const generation = await turnover.turnOver();
    // It has happened: whoever asked is told, whatever has changed meanwhile.
    return documents.change(() => ({ generation }), { ...request, requireCurrent: undefined });
  };
}
