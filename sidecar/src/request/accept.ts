import { randomBytes } from 'node:crypto';
import type { ErrorCode } from '../generated/errors.ts';
import { SessionKeys } from '../keystore/session-keys.ts';
import type { Connection, ConnectionHandler, InboundFrame, InboundMessage } from '../transport/connection.ts';
import type { HeldKey, Session } from './context.ts';
import type { Dispatch } from './dispatch.ts';
import { type Reply, refusal, sendBatchReply, sendReply } from './reply.ts';
import { Turns } from './turns.ts';

export interface AcceptOptions {
  readonly dispatch: Dispatch;
  /** The open sessions; an accepted connection adds itself and leaves when it closes. */
  readonly sessions: Set<Session>;
  readonly sessionKeys: number;
  /** Operations of one connection that may be under way at once. */
  readonly inFlight: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Hears of each message that was refused before it became a request. */
  readonly onMessageRefused: (code: ErrorCode) => void;
  /** Hears of an answer that cannot be sent. */
  readonly onUnexpected: (error: unknown, where: string) => void;
}

/** Takes a connection in: one session, whose requests run side by side and whose keys die with it. */
export function createAccept(options: AcceptOptions): (connection: Connection) => ConnectionHandler {
  const turns = new Turns();
  return (connection) => {
    const session: Session = {
      id: `ssn_${randomBytes(12).toString('base64url')}`,
      peer: connection.peer,
      keys: new SessionKeys<HeldKey>(options.sessionKeys),
      openedAt: options.now(),
      usedAt: options.now(),
      underWay: 0,
      identity: undefined,
      attachments: false,
      isRevoked: false,
      end(reason) {
        if (reason !== undefined) sendReply(connection, refusal(null, reason));
        connection.close();
      },
    };
    options.sessions.add(session);
    const answer = createAnswer(session, turns, options);
    return {
      onFrame: (frame) => {
        if (frame.kind === 'invalid') options.onMessageRefused(frame.code);
        void handleFrame(connection, session, frame, answer).catch((error) => {
          // One connection ends, the process does not: an answer may be longer than a string can be.
          options.onUnexpected(error, 'answer');
          connection.close();
        });
      },
      onClose: () => {
        options.sessions.delete(session);
        session.keys.clear();
      },
    };
  };
}

type Answer = (message: InboundMessage) => Promise<Reply>;

function createAnswer(session: Session, turns: Turns, options: AcceptOptions): Answer {
  const { dispatch, inFlight, onMessageRefused, now } = options;
  let opening: Promise<Reply> | undefined;

  /** What follows `system.hello` in one write waits for its answer. */
  async function inOrder(message: InboundMessage): Promise<Reply> {
    if (opening === undefined) {
      opening = dispatch(session, message);
      return opening;
    }
    await opening;
    return dispatch(session, message);
  }

  return async (message) => {
    if (session.underWay >= inFlight) {
      onMessageRefused('quota_exceeded');
      return refusal(idOf(message.value), 'quota_exceeded', `${inFlight} operations in flight`);
    }
    session.underWay += 1;
    try {
      const turn = turns.take(session);
      if (turn === 'full') return refusal(idOf(message.value), 'quota_exceeded', 'too many operations wait');
      if (turn !== undefined) await turn;
      return await (session.identity === undefined ? inOrder(message) : dispatch(session, message));
    } finally {
      session.underWay -= 1;
      session.usedAt = now();
    }
  };
}

async function handleFrame(
  connection: Connection,
  session: Session,
  frame: InboundFrame,
  answer: Answer,
): Promise<void> {
  switch (frame.kind) {
    case 'message': {
      sendReply(connection, await answer(frame.message));
      break;
    }
    case 'batch': {
      sendBatchReply(connection, await Promise.all(frame.messages.map(answer)));
      break;
    }
    case 'invalid': {
      sendReply(connection, refusal(null, frame.code, frame.detail));
      break;
    }
  }
  if (session.identity === undefined) await dismiss(connection);
}

/** Who has not said a valid `system.hello` by the first answer is sent away, after the answer has left. */
async function dismiss(connection: Connection): Promise<void> {
  await connection.whenFlushed().catch(() => undefined);
  connection.close();
}

function idOf(value: unknown): string | number | null {
  const id = (value as { id?: unknown } | null)?.id;
  return typeof id === 'string' || typeof id === 'number' ? id : null;
}
