import type { CallName } from '../codec/calls/calls.ts';
import { generalHandlers } from './general.ts';
import type { CallHandlers } from './handler.ts';
import { keyGenerationHandlers } from './key-generation.ts';
import { objectHandlers } from './objects.ts';
import { randomHandlers } from './random.ts';
import { searchHandlers } from './search.ts';
import { sessionHandlers } from './sessions.ts';

/** Who answers each call of the protocol. */
export const handlers: CallHandlers<CallName> = {
  ...generalHandlers,
  ...sessionHandlers,
  ...objectHandlers,
  ...searchHandlers,
  ...keyGenerationHandlers,
  ...randomHandlers,
};
