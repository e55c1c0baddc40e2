import type { ByteArray } from '../codec/arrays.ts';
import { invalidParameter } from '../mechanisms/parameters.ts';
import type { Session } from '../session/session.ts';
import type { OperationsUnderWay } from './operations-under-way.ts';

type MessageKind = 'messageSign' | 'messageVerify';

/** A step with one message; what is refused ends the message, and the next one may begin. */
export async function messageStep<Kind extends MessageKind, Result>(
  session: Session,
  kind: Kind,
  parameter: ByteArray,
  take: (operation: OperationsUnderWay[Kind]) => Result | Promise<Result>,
): Promise<Result> {
  const operation = session.operations.get(kind);
  try {
    requireNoMessageParameter(parameter);
    return await take(operation);
  } catch (error) {
    operation.abandon();
    throw error;
  }
}

/**
 * C_Message...Final
 *
 * @throws CryptokiRefusal CKR_OPERATION_NOT_INITIALIZED
 */
export function endMessages({ operations }: Session, kind: MessageKind): Record<never, never> {
  operations.get(kind);
  operations.end(kind);
  return {};
}

/** No mechanism here takes one for each message. */
function requireNoMessageParameter(parameter: ByteArray): void {
  if (parameter === null || (Buffer.isBuffer(parameter) && parameter.length === 0)) return;
  throw invalidParameter('messages have no parameter');
}
