import type { ErrorCode } from '../generated/errors.ts';
import type { OperatorLog } from '../operator-log/operator-log.ts';
import type { Call } from '../request/context.ts';
import { sourceOf } from '../request/refusal-window.ts';
import type { RefusedConnection } from '../transport/listener.ts';
import type { Meters } from './meters.ts';
import { createRefusalLines } from './refusal-lines.ts';

/** What hears of what happens on the way of connections and requests, counts it, and tells the operator. */
export interface Hearers {
  /** A request was answered, or refused with that code. */
  readonly onAnswered: (call: Call, code: 'ok' | ErrorCode) => void;
  /** A message was refused before it became a request. */
  readonly onMessageRefused: (code: ErrorCode) => void;
  /** A connection was refused before its first message. */
  readonly onConnectionRefused: (refused: RefusedConnection) => void;
}

/** A client may number its requests by whatever it likes. */
const requestIdLength = 64;

export function createHearers(meters: Meters, operatorLog: OperatorLog): Hearers {
  const { requests, messagesRefused, connectionsRefused } = meters;
  const refusalLines = createRefusalLines(operatorLog);
  const tellsRequests = operatorLog.writes('debug');
  return Object.freeze({
    onAnswered(call: Call, code: 'ok' | ErrorCode) {
      const durationMs = performance.now() - call.receivedMs;
      requests.answered(call.method, code, durationMs);
      if (tellsRequests) tellRequest(operatorLog, call, code, durationMs);
      // Nobody is known yet whom it could be told of otherwise.
      if (call.method === 'system.hello' && code !== 'ok') refusalLines.add(sourceOf(call.session.peer), code);
    },
    onMessageRefused: (code: ErrorCode) => messagesRefused.add(code),
    onConnectionRefused({ transport, reason, source }: RefusedConnection) {
      connectionsRefused.add(transport, reason);
      refusalLines.add(source, reason);
    },
  });
}

/** Never its params: the log of the operator is read by people who may not see them. */
function tellRequest(operatorLog: OperatorLog, call: Call, outcome: string, durationMs: number): void {
  const { session, method, requestId } = call;
  const request = typeof requestId === 'string' ? requestId.slice(0, requestIdLength) : requestId;
  const durationUs = Math.round(durationMs * 1e3);
  operatorLog.write('debug', 'request', { session: session.id, request, method, outcome, durationUs });
}
