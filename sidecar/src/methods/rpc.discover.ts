import { openrpc } from '../generated/openrpc.ts';
import type { Handler } from '../request/context.ts';

export function createRpcDiscover(): Handler<'rpc.discover'> {
  return async () => openrpc;
}
