import type { CallName } from '../codec/calls/calls.ts';
import { decryptHandlers } from './decrypt.ts';
import { derivationHandlers } from './derivation.ts';
import { digestHandlers } from './digest.ts';
import { dualFunctionHandlers } from './dual-function.ts';
import { encryptHandlers } from './encrypt.ts';
import { generalHandlers } from './general.ts';
import type { CallHandlers } from './handler.ts';
import { keyGenerationHandlers } from './key-generation.ts';
import { mechanismListHandlers } from './mechanism-list.ts';
import { messageHandlers } from './message.ts';
import { objectHandlers } from './objects.ts';
import { operationStateHandlers } from './operation-state.ts';
import { randomHandlers } from './random.ts';
import { recoverHandlers } from './recover.ts';
import { searchHandlers } from './search.ts';
import { sessionHandlers } from './sessions.ts';
import { signHandlers } from './sign.ts';
import { verifyHandlers } from './verify.ts';
import { wrappingHandlers } from './wrapping.ts';

/** Who answers each call of the protocol. */
export const handlers: CallHandlers<CallName> = {
  ...generalHandlers,
  ...sessionHandlers,
  ...objectHandlers,
  ...searchHandlers,
  ...keyGenerationHandlers,
  ...randomHandlers,
  ...mechanismListHandlers,
  ...digestHandlers,
  ...signHandlers,
  ...verifyHandlers,
  ...recoverHandlers,
  ...messageHandlers,
  ...encryptHandlers,
  ...decryptHandlers,
  ...wrappingHandlers,
  ...derivationHandlers,
  ...operationStateHandlers,
  ...dualFunctionHandlers,
};
