import type { Keystore } from '../keystore/keystore.ts';
import type { Execution } from '../request/context.ts';
import { changeRequest } from './change-request.ts';

/** Leads the keystore to another generation once, however often its request comes. */
export async function turnOnce(
  { documents }: Pick<Keystore, 'documents'>,
  turn: () => Promise<number>,
  { requestId }: { readonly requestId: string },
  execution: Execution,
): Promise<{ generation: number }> {
  const request = changeRequest(requestId, execution);
  const earlier = await documents.result<{ generation: number }>(request);
  if (earlier !== undefined) return earlier;
  request.requireCurrent?.();
  const generation = await turn();
  // It has happened: whoever asked is told, whatever has changed meanwhile.
  return documents.change(() => ({ generation }), { ...request, requireCurrent: undefined });
}
