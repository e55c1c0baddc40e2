import { type ErrorFacts, FerroHsmError } from '../errors.ts';
import { type ErrorCode, errorTable } from '../generated/errors.ts';
import type { ApprovalRequest, Limits, MethodName } from '../generated/types.ts';
import type { Channel, InboundMessage, Transport } from '../transport/transport.ts';
import type { EncodedParams } from './byte-fields.ts';
import { connectionLost, lossCode } from './loss.ts';
import { outboundMessage } from './outbound.ts';
import { PendingTable } from './pending-table.ts';
import type { CallOptions, TraceParentSource } from './rpc.ts';

/** A successful answer. */
export interface Answer {
  readonly result: unknown;
  readonly attachments: readonly Uint8Array[];
}

/** A response of JSON-RPC 2.0 (section 5), with the receipt of its record. */
interface Response {
  /** Null for a request that could not be read. */
  readonly id?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly data?: ErrorData };
  readonly receipt?: unknown;
}

/** A request under way. */
interface Pending {
  readonly method: MethodName;
  readonly settle: (response: InboundMessage) => void;
}

/** Requests and their answers over one channel, in any order. */
export class Exchange {
  readonly #pending = new PendingTable<Pending>();
  readonly #traceParent: TraceParentSource | undefined;
  #channel: Channel | undefined;
  #loss: { readonly cause: unknown } | undefined;

  /** Rejects with what the runtime said when there is nobody to talk to. */
  static async open(transport: Transport, signal: AbortSignal, traceParent?: TraceParentSource): Promise<Exchange> {
    const exchange = new Exchange(traceParent);
    exchange.#channel = await transport.open(
      {
        onMessage: (message) => exchange.#receive(message),
        onClose: (cause) => exchange.#lose(cause),
      },
      signal,
    );
    return exchange;
  }

  private constructor(traceParent: TraceParentSource | undefined) {
    this.#traceParent = traceParent;
  }

  get closed(): boolean {
    return this.#loss !== undefined;
  }

  get #lossCause(): unknown {
    return this.#loss?.cause;
  }

  /**
   * Sends a request and waits for its response, which `answerOf` reads: also the loss of the connection is one.
   *
   * @param limits those of `system.hello`
   * @throws FerroHsmError for a request that was not sent
   */
  request(
    method: MethodName,
    { params, attachments }: EncodedParams,
    limits?: Limits,
    receipt?: true,
  ): Promise<InboundMessage> {
    return new Promise((settle) => {
      if (this.closed) throw connectionLost(this.#lossCause);
      const traceparent = this.#traceParent?.();
      const id = this.#pending.add({ method, settle });
      try {
        const request = { jsonrpc: '2.0', id, method, params, receipt, traceparent };
        this.#channel?.send(outboundMessage(request, attachments, limits));
      } catch (error) {
        this.#pending.take(id);
        throw error;
      }
    });
  }

  /**
   * The answer that a response holds; its receipt is handed over first.
   *
   * @throws FerroHsmError as the sidecar says, or for a connection that was lost after the sending
   */
  answerOf({ value, attachments }: InboundMessage, method: MethodName, onReceipt?: CallOptions['onReceipt']): Answer {
    const { result, error, receipt } = value as Response;
    if (typeof receipt === 'string') onReceipt?.(receipt, method);
    if (error !== undefined) throw errorOf(error.data, this.#lossCause);
    return { result, attachments };
  }

  /** Whether the connection is to keep the process alive. */
  holdProcess(hold: boolean): void {
    this.#channel?.holdProcess(hold);
  }

  close(): void {
    this.#lose(undefined);
    this.#channel?.close();
  }

  #receive(message: InboundMessage): void {
    const { id, error } = message.value as Response;
    if (id !== null) {
      this.#pending.take(id)?.settle(message);
      return;
    }
    // The sidecar could not read a message and does not know whose answer this is: no pending call could ever settle.
    this.#lose(errorOf(error?.data, undefined));
    this.#channel?.close();
  }

  #lose(cause: unknown): void {
    if (this.#loss !== undefined) return;
    this.#loss = { cause };
    for (const { method, settle } of this.#pending.takeAll()) {
      settle({ value: { error: { data: { code: lossCode(method) } } }, attachments: [] });
    }
  }
}

interface ErrorData {
  readonly code?: unknown;
  readonly detail?: unknown;
  readonly approval?: unknown;
  readonly retryAfterMs?: unknown;
}

function errorOf(data: ErrorData | undefined, cause: unknown): FerroHsmError {
  const options = cause === undefined ? {} : { cause };
  const code = data?.code;
  if (typeof code !== 'string' || !Object.hasOwn(errorTable, code)) {
    return new FerroHsmError('internal_error', 'the sidecar answered an error that this client does not know', options);
  }
  const detail = typeof data?.detail === 'string' ? data.detail : undefined;
  return new FerroHsmError(code as ErrorCode, detail, { ...options, facts: factsOf(data) });
}

function factsOf({ approval, retryAfterMs }: ErrorData = {}): ErrorFacts {
  return {
    ...(typeof approval === 'object' && approval !== null && { approval: approval as ApprovalRequest }),
    ...(typeof retryAfterMs === 'number' && { retryAfterMs }),
  };
}
