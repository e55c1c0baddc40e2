import type { Handler } from '../request/context.ts';

/** Of a sidecar that is not sealed: whoever comes too late with a share learns that it is not needed any more. */
export function createSystemUnseal(): Handler<'system.unseal'> {
  return async () => ({ sealed: false });
}
