import type { Handlers } from '../request/context.ts';
import { computeHandlers } from './compute-handlers.ts';
import { governanceHandlers } from './governance-handlers.ts';
import type { HandlerParts } from './handler-parts.ts';
import { keyHandlers } from './key-handlers.ts';
import { logHandlers } from './log-handlers.ts';
import { pkcs11Handlers } from './pkcs11-handlers.ts';
import { storeHandlers } from './store-handlers.ts';
import { systemHandlers } from './system-handlers.ts';

/** Every method's handler; the type demands one for each schema. */
export function createHandlers(parts: HandlerParts): Handlers {
  return {
    ...keyHandlers(parts),
    ...storeHandlers(parts),
    ...governanceHandlers(parts),
    ...logHandlers(parts),
    ...pkcs11Handlers(parts),
    ...computeHandlers(parts),
    ...systemHandlers(parts),
  };
}
