import { isJSONRPCRequest, type JSONRPCRequest, JSONRPCServer } from 'json-rpc-2.0';
import { SidecarError } from '../errors.ts';
import { methodTable } from '../generated/methods.ts';
import type { MethodName } from '../generated/types.ts';
import type { Secret } from '../secret.ts';
import type { InboundMessage } from '../transport/connection.ts';
import { encodeBytes } from './byte-fields.ts';
import type { Call, Session } from './context.ts';
import type { Pipeline } from './pipeline.ts';
import { errorResponse, type Reply, refusal } from './reply.ts';

/** Answers one JSON-RPC request of a session. */
export type Dispatch = (session: Session, message: InboundMessage) => Promise<Reply>;

/** What travels beside the JSON of one request and its response. */
interface Luggage {
  readonly session: Session;
  readonly requestId: string | number;
  readonly inbound: readonly Buffer[];
  readonly wish: Wish;
  receipt?: string;
  outbound: readonly Uint8Array[];
  secrets: readonly Secret[];
}

/** Members beside `params`, as `attachments` is. */
interface Wish {
  /** The request asks for the receipt of its record. */
  readonly receipt: boolean;
  /** The states of the key that the change is meant for. */
  readonly ifMatch?: readonly string[];
  /** Where the caller stands in a trace. */
  readonly traceParent?: string;
}

/** Joins the JSON-RPC protocol with the pipeline: every method takes the same journey. */
export function createDispatch(pipeline: Pipeline): Dispatch {
  const server = new JSONRPCServer<Luggage>({ errorListener: () => undefined });
  server.mapErrorToJSONRPCErrorResponse = (id, error) => errorResponse(id, error);
  server.handleMethodNotFound = async ({ id, method }) =>
    errorResponse(id ?? null, new SidecarError('method_not_found', method.slice(0, 64)));
  for (const method of Object.keys(methodTable) as MethodName[]) {
    const traits = methodTable[method];
    server.addMethod(method, async (params, luggage) => {
      const { session, requestId, inbound } = luggage;
      const receivedMs = performance.now();
      const call: Call = { session, method, traits, params, attachments: inbound, requestId, receivedMs };
      const result = await pipeline(withWish(call, luggage));
      const encoded = encodeBytes(result, traits.resultBytes, session.attachments);
      luggage.outbound = encoded.attachments;
      luggage.secrets = encoded.secrets;
      return encoded.value;
    });
  }

  return async (session, { value, attachments }) => {
    if (!isRequest(value)) return refusal(null, 'invalid_request', 'a request needs jsonrpc "2.0", id and method');
    const wish = wishOf(value);
    if (typeof wish === 'string') return refusal(value.id ?? null, 'invalid_request', wish);
    const requestId = value.id as string | number;
    const luggage: Luggage = { session, requestId, inbound: attachments, wish, outbound: [], secrets: [] };
    const response = (await server.receive(value, luggage)) as object;
    const { receipt, outbound, secrets } = luggage;
    return { value: receipt === undefined ? response : { ...response, receipt }, attachments: outbound, secrets };
  };
}

/** Most calls wish for nothing. */
function withWish(call: Call, luggage: Luggage): Call {
  const { wish } = luggage;
  if (wish === noWish) return call;
  const { receipt, ifMatch, traceParent } = wish;
  return {
    ...call,
    ...(receipt && { receiptTo: receiptInto(luggage) }),
    ...(ifMatch && { ifMatch }),
    ...(traceParent !== undefined && { traceParent }),
  };
}

function receiptInto(luggage: Luggage): (receipt: string) => void {
  return (receipt) => {
    luggage.receipt = receipt;
  };
}

const noWish: Wish = Object.freeze({ receipt: false });

/** Or what is wrong with it. */
function wishOf(request: object): Wish | string {
  const { receipt = false, ifMatch, traceparent } = request as { [name in keyof Wish | 'traceparent']?: unknown };
  if (receipt === false && ifMatch === undefined && traceparent === undefined) return noWish;
  if (typeof receipt !== 'boolean') return 'receipt is true or false';
  if (ifMatch !== undefined && !isTexts(ifMatch)) return 'ifMatch is a list of texts';
  if (traceparent !== undefined && typeof traceparent !== 'string') return 'traceparent is a text';
  return { receipt, ...(ifMatch && { ifMatch }), ...(traceparent !== undefined && { traceParent: traceparent }) };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

/**
 * Notifications are refused: what leaves a record has an answer. The library's own check takes any type of `method` and
 * throws for null, which a batch may hold.
 */
function isRequest(value: unknown): value is JSONRPCRequest {
  if (value === null || !isJSONRPCRequest(value)) return false;
  const { id, method } = value;
  return typeof method === 'string' && (typeof id === 'string' || (typeof id === 'number' && Number.isFinite(id)));
}
