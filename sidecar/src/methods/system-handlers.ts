import type { Handlers } from '../request/context.ts';
import type { HandlerParts } from './handler-parts.ts';
import { createRpcDiscover } from './rpc.discover.ts';
import { createSystemHello } from './system.hello.ts';
import { createSystemRandom } from './system.random.ts';
import { createSystemSeal } from './system.seal.ts';
import { createSystemStatus } from './system.status.ts';
import { createSystemUnseal } from './system.unseal.ts';

/** The sidecar itself. */
export function systemHandlers({ fillRandom, greeting, nextShares, shutOut, status }: HandlerParts) {
  return {
    'rpc.discover': createRpcDiscover(),
    'system.hello': createSystemHello(greeting),
    'system.random': createSystemRandom(fillRandom),
    'system.seal': createSystemSeal(shutOut),
    'system.status': createSystemStatus(status),
    'system.unseal': createSystemUnseal(nextShares),
  } satisfies Partial<Handlers>;
}
