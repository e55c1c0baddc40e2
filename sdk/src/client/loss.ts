import { FerroHsmError } from '../errors.ts';
import type { ErrorCode } from '../generated/errors.ts';
import type { MethodName } from '../generated/types.ts';
import { methodTraits } from './method-traits.ts';

/** What a call that was sent is told when its connection is lost: a pure one left nothing behind. */
export function lossCode(method: MethodName): ErrorCode {
  return methodTraits(method).effect === undefined ? 'connection_lost' : 'outcome_unknown';
}

/** The error of a call that was not sent. */
export function connectionLost(cause: unknown, detail?: string): FerroHsmError {
  return new FerroHsmError('connection_lost', detail, cause === undefined ? undefined : { cause });
}
