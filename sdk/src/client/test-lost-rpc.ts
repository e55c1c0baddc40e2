import { FerroHsmError } from '../errors.ts';
import type { Rpc } from './rpc.ts';

/** A way to a sidecar that cannot be reached: whatever is meant for it fails with `connection_lost`. */
export function lostRpc(sessionNumber = 1): Rpc {
  return {
    call: async (method) => {
      throw new FerroHsmError('connection_lost', method);
    },
    sessionNumber,
    get hello(): never {
      throw new FerroHsmError('connection_lost', 'system.hello');
    },
    close: async () => undefined,
  };
}
