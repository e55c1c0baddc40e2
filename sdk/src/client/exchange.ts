// By file: the package's index would bring its server to every page.
import { JSONRPCClient } from 'json-rpc-2.0/dist/client.js';
import { createJSONRPCErrorResponse, createJSONRPCRequest, type JSONRPCResponse } from 'json-rpc-2.0/dist/models.js';
import { type ErrorFacts, FerroHsmError } from '../errors.ts';
import { type ErrorCode, errorTable } from '../generated/errors.ts';
import type { ApprovalRequest, Limits, MethodName } from '../generated/types.ts';
import type { Channel, InboundMessage, OutboundMessage, Transport } from '../transport/transport.ts';
import { connectionLost, lossCode } from './loss.ts';
import { outboundMessage } from './outbound.ts';
import type { CallOptions } from './rpc.ts';

/** A successful answer. */
export interface Answer {
  readonly result: unknown;
  readonly attachments: readonly Uint8Array[];
}

/** What goes with a request beside its params. */
interface RequestOptions extends CallOptions {
  /** Those of `system.hello`. */
  readonly limits?: Limits;
}

/** Requests and their answers over one channel, in any order. */
export class Exchange {
  readonly #client = new JSONRPCClient<OutboundMessage>((_request, message) => this.#channel?.send(message));
  /** Methods of the requests under way, by id. */
  readonly #pending = new Map<number, MethodName>();
  #channel: Channel | undefined;
  #lastId = 0;
  #loss: { readonly cause: unknown } | undefined;

  /** Rejects with what the runtime said when there is nobody to talk to. */
  static async open(transport: Transport, signal: AbortSignal): Promise<Exchange> {
    const exchange = new Exchange();
    exchange.#channel = await transport.open(
      {
        onMessage: (message) => exchange.#receive(message),
        onClose: (cause) => exchange.#lose(cause),
      },
      signal,
    );
    return exchange;
  }

  get closed(): boolean {
    return this.#loss !== undefined;
  }

  get #lossCause(): unknown {
    return this.#loss?.cause;
  }

  /** @throws FerroHsmError as the sidecar says, or for a connection that was lost before or after the sending */
  async request(
    method: MethodName,
    params: object,
    attachments: readonly Uint8Array[],
    { limits, onReceipt }: RequestOptions = {},
  ): Promise<Answer> {
    if (this.closed) throw connectionLost(this.#lossCause);
    const id = ++this.#lastId;
    const request = createJSONRPCRequest(id, method, params);
    const wanted = onReceipt === undefined ? request : { ...request, receipt: true };
    const message = outboundMessage(wanted, attachments, limits);
    this.#pending.set(id, method);
    const response = (await this.#client.requestAdvanced(request, message)) as JSONRPCResponse &
      Answer & { receipt?: unknown };
    this.#pending.delete(id);
    if (typeof response.receipt === 'string') onReceipt?.(response.receipt, method);
    if (response.error !== undefined) throw errorOf(response.error.data, this.#lossCause);
    return response;
  }

  /** Whether the connection is to keep the process alive. */
  holdProcess(hold: boolean): void {
    this.#channel?.holdProcess(hold);
  }

  close(): void {
    this.#lose(undefined);
    this.#channel?.close();
  }

  #receive({ value, attachments }: InboundMessage): void {
    const response = { ...(value as JSONRPCResponse), attachments };
    if (response.id !== null) {
      this.#client.receive(response);
      return;
    }
    // The sidecar could not read a message and does not know whose answer this is: no pending call could ever settle.
    this.#lose(errorOf(response.error?.data, undefined));
    this.#channel?.close();
  }

  #lose(cause: unknown): void {
    if (this.#loss !== undefined) return;
    this.#loss = { cause };
    for (const [id, method] of this.#pending) {
      const code = lossCode(method);
      const { number, message } = errorTable[code];
      this.#client.receive(createJSONRPCErrorResponse(id, number, message, { code }));
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
