import { FerroHsmError } from '../errors.ts';
import type { MethodName, MethodTypes, SystemHelloResult } from '../generated/types.ts';
import type { Connection } from './connection.ts';
import { type DialOptions, dial } from './dial.ts';
import { withApproval } from './held-approval.ts';
import { connectionLost } from './loss.ts';
import type { CallOptions, Rpc } from './rpc.ts';

const closedByUs = 'it was closed by this client';

/** The sidecar behind one address: a connection that is opened again, on the next call, when it was lost. */
export class RemoteRpc implements Rpc {
  readonly #options: DialOptions;
  readonly #ended: AbortController;
  #connection: Connection;
  #opening: Promise<Connection> | undefined;
  #sessionNumber = 1;

  /** @throws FerroHsmError as `dial` */
  static async open(options: DialOptions): Promise<RemoteRpc> {
    const ended = new AbortController();
    const connection = await dial(options, ended.signal);
    // An invitation is good once.
    const { enrolment: _, ...greeting } = options.greeting;
    return new RemoteRpc({ ...options, greeting }, ended, connection);
  }

  private constructor(options: DialOptions, ended: AbortController, connection: Connection) {
    this.#options = options;
    this.#ended = ended;
    this.#connection = connection;
  }

  get sessionNumber(): number {
    return this.#sessionNumber;
  }

  get hello(): SystemHelloResult {
    return this.#connection.hello;
  }

  /** Nothing is awaited on an open connection before it is sent: the calls of one tick leave together. */
  async call<M extends MethodName>(
    method: M,
    params: MethodTypes[M]['params'],
    options?: CallOptions,
  ): Promise<MethodTypes[M]['result']> {
    const connection = this.#connection.closed ? await this.#reopened() : this.#connection;
    try {
      const result = await connection.call(method, params, options);
      // The sidecar ends every connection now: the next call must not race with that.
      if (method === 'system.seal') connection.close();
      return result;
    } catch (error) {
      if (!wasUnsealed(connection, error)) throw withApproval(error, this);
    }
    connection.close();
    return this.#callOnceMore(method, params, options);
  }

  async close(): Promise<void> {
    this.#ended.abort(closedByUs);
    this.#connection.close();
  }

  async #callOnceMore<M extends MethodName>(
    method: M,
    params: MethodTypes[M]['params'],
    options: CallOptions | undefined,
  ): Promise<MethodTypes[M]['result']> {
    try {
      return await (await this.#reopened()).call(method, params, options);
    } catch (error) {
      throw withApproval(error, this);
    }
  }

  #reopened(): Promise<Connection> {
    if (this.#ended.signal.aborted) throw connectionLost(undefined, closedByUs);
    this.#opening ??= this.#reopen().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #reopen(): Promise<Connection> {
    this.#connection = await dial(this.#options, this.#ended.signal);
    this.#sessionNumber += 1;
    if (this.#ended.signal.aborted) this.#connection.close();
    return this.#connection;
  }
}

/** A sealed sidecar knows nobody; unsealed, it refuses the calls of those that it did not know and wants another greeting. */
function wasUnsealed({ hello }: Connection, error: unknown): boolean {
  return hello.sealed === true && error instanceof FerroHsmError && error.code === 'unauthenticated';
}
