import { type ErrorFacts, SidecarError } from '../../errors.ts';
import type { ErrorCode } from '../../generated/errors.ts';
import type { MethodName } from '../../generated/types.ts';
import type { Connection, ConnectionHandler, OutboundMessage, Peer } from '../connection.ts';
import type { Accept } from '../listener.ts';

/** One operation, as the flow takes it. */
export interface RestCall {
  readonly method: MethodName;
  readonly params: object;
  readonly attachments: readonly Buffer[];
  readonly ifMatch?: readonly string[];
  /** W3C Trace Context, as it was sent. */
  readonly traceParent?: string | undefined;
}

/** What an operation answered. */
export interface RestResult {
  /** Bytes in it are base64url, or `{ attachment }`. */
  readonly value: object;
  readonly attachments: readonly Uint8Array[];
  /** To be called once, when the answer has left or never will: then its secrets are wiped. */
  readonly release: () => void;
}

/** How a caller says who it is. */
export interface RestGreeting {
  readonly token?: string;
  /** For the log. */
  readonly client?: string;
}

/** The response of JSON-RPC, which the flow speaks. */
interface Response {
  readonly id: number | null;
  readonly result?: object;
  readonly error?: { readonly data: { readonly code: ErrorCode; readonly detail?: string } & ErrorFacts };
}

interface Waiting {
  readonly resolve: (result: RestResult) => void;
  readonly reject: (reason: SidecarError) => void;
}

/**
 * One credential over one HTTP connection: to the flow it is a connection like any other, greeted once, so that REST has
 * the same identities, policies, limits and records, and its requests run side by side.
 */
export class RestSession implements Connection {
  readonly peer: Peer;
  readonly #handler: ConnectionHandler;
  readonly #waiting = new Map<number, Waiting>();
  /** Answers that have not left yet. */
  readonly #leaving = new Set<Promise<void>>();
  #lastId = 0;
  #isSealed = false;
  #isClosed = false;
  /** Why nothing more is answered. */
  #ended: SidecarError | undefined;

  /** @throws SidecarError as `system.hello` does */
  static async open(peer: Peer, accept: Accept, greeting: RestGreeting): Promise<RestSession> {
    const session = new RestSession(peer, accept);
    const params = { protocol: 1, attachments: true, ...greeting };
    const { value, release } = await session.call({ method: 'system.hello', params, attachments: [] });
    release();
    session.#isSealed = (value as { sealed?: unknown }).sealed === true;
    return session;
  }

  private constructor(peer: Peer, accept: Accept) {
    this.peer = peer;
    this.#handler = accept(this);
  }

  /** Whether it serves further requests. What a sealed sidecar has greeted serves one, because unsealing ends it. */
  get isLasting(): boolean {
    return this.#ended === undefined && !this.#isSealed;
  }

  get isIdle(): boolean {
    return this.#waiting.size === 0;
  }

  /** @throws SidecarError as the operation does */
  call({ method, params, attachments, ifMatch, traceParent: traceparent }: RestCall): Promise<RestResult> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    this.#lastId += 1;
    const id = this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<RestResult>();
    this.#waiting.set(id, { resolve, reject });
    const value = {
      jsonrpc: '2.0',
      id,
      method,
      params,
      ...(ifMatch && { ifMatch }),
      ...(traceparent && { traceparent }),
    };
    this.#handler.onFrame({ kind: 'message', message: { value, attachments } });
    return promise;
  }

  send({ value, attachments }: OutboundMessage): void {
    const { id, result, error } = value as Response;
    if (id === null) {
      this.#ended ??= refusalOf(error);
      return;
    }
    this.#answer(id, (waiting) => {
      if (result === undefined) waiting.reject(refusalOf(error));
      else waiting.resolve({ value: result, attachments, release: this.#leave() });
    });
    if (this.#isSealed && this.isIdle) this.close();
  }

  /** Each request of HTTP is one message. */
  sendBatch(messages: readonly OutboundMessage[]): void {
    for (const message of messages) this.send(message);
  }

  async whenFlushed(): Promise<void> {
    await Promise.all(this.#leaving);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const ended = new SidecarError('unauthenticated', 'the session has ended');
    this.#ended ??= ended;
    for (const id of this.#waiting.keys()) this.#answer(id, ({ reject }) => reject(this.#ended ?? ended));
    this.#handler.onClose();
  }

  #answer(id: number, tell: (waiting: Waiting) => void): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    tell(waiting);
  }

  #leave(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#leaving.add(promise);
    return () => {
      this.#leaving.delete(promise);
      resolve();
    };
  }
}

function refusalOf(error: Response['error']): SidecarError {
  if (error === undefined) return new SidecarError('internal_error');
  const { code, detail, approval, retryAfterMs } = error.data;
  const facts = { ...(approval && { approval }), ...(retryAfterMs !== undefined && { retryAfterMs }) };
  return new SidecarError(code, detail, { facts });
}
