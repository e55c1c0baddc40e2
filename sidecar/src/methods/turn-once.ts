import type { Keystore } from '../keystore/keystore.ts';
import type { Execution } from '../request/context.ts';
import { changeRequest } from './change-request.ts';

/** Leads the keystore to another generation once, however often its request comes. */
export async function turnOnce<R extends { readonly generation: number }>(
  { documents }: Pick<Keystore, 'documents'>,
  turn: () => Promise<R>,
  { requestId }: { readonly requestId: string },
  execution: Execution,
): Promise<R> {
  const request = changeRequest(requestId, execution);
  const earlier = await documents.result<R>(request);
  if (earlier !== undefined) return earlier;
  request.requireCurrent?.();
  const result = await turn();
  // It has happened: whoever asked is told, whatever has changed meanwhile.
  return documents.change(() => result, { ...request, requireCurrent: undefined });
}
