import { FerroHsmError } from '../errors.ts';
import type { MethodName, MethodTypes, SystemHelloParams, SystemHelloResult } from '../generated/types.ts';
import type { Transport } from '../transport/transport.ts';
import { decodeBytes, encodeBytes } from './byte-fields.ts';
import { Exchange } from './exchange.ts';
import { methodTraits } from './method-traits.ts';
import type { CallOptions, TraceParentSource } from './rpc.ts';
import { Slots } from './slots.ts';

/** Version of the protocol that this client speaks. */
const protocol = 1;

/** What a client says of itself when it connects. */
export type Greeting = Pick<SystemHelloParams, 'token' | 'client' | 'enrolment' | 'peer'>;

/** One greeted connection, from its `system.hello` to its end. */
export class Connection {
  readonly hello: SystemHelloResult;
  readonly #exchange: Exchange;
  readonly #slots: Slots;

  /**
   * Connects and greets.
   *
   * @throws FerroHsmError as the sidecar refuses the greeting; anything else says that nobody answered
   */
  static async open(
    transport: Transport,
    greeting: Greeting,
    signal: AbortSignal,
    traceParent?: TraceParentSource,
  ): Promise<Connection> {
    const exchange = await Exchange.open(transport, signal, traceParent);
    const abort = () => exchange.close();
    signal.addEventListener('abort', abort);
    try {
      signal.throwIfAborted();
      const params = { ...greeting, protocol, attachments: true };
      const response = await exchange.request('system.hello', { params, attachments: [] });
      const { result } = exchange.answerOf(response, 'system.hello');
      return new Connection(exchange, result as SystemHelloResult);
    } catch (error) {
      exchange.close();
      throw error;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  private constructor(exchange: Exchange, hello: SystemHelloResult) {
    if (hello.protocol !== protocol) throw new FerroHsmError('version_unsupported', `protocol ${hello.protocol}`);
    this.hello = hello;
    this.#exchange = exchange;
    this.#slots = new Slots(hello.limits.inFlight);
    exchange.holdProcess(false);
  }

  get closed(): boolean {
    return this.#exchange.closed;
  }

  /** Calls a method once no more than the agreed number are under way; a pending call keeps the process alive. */
  async call<M extends MethodName>(
    method: M,
    params: MethodTypes[M]['params'],
    { onReceipt }: CallOptions = {},
  ): Promise<MethodTypes[M]['result']> {
    if (this.#slots.calls === 0) this.#exchange.holdProcess(true);
    const turn = this.#slots.take();
    if (turn !== undefined) await turn;
    try {
      const traits = methodTraits(method);
      const { attachments, limits } = this.hello;
      const request = encodeBytes(params, traits.params, attachments);
      const response = await this.#exchange.request(method, request, limits, onReceipt && true);
      const answer = this.#exchange.answerOf(response, method, onReceipt);
      return decodeBytes(answer.result, traits.result, answer.attachments) as MethodTypes[M]['result'];
    } finally {
      this.#slots.release();
      if (this.#slots.calls === 0) this.#exchange.holdProcess(false);
    }
  }

  close(): void {
    this.#exchange.close();
  }
}
