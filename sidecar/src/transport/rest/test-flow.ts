import type { Connection, ConnectionHandler, InboundMessage } from '../connection.ts';
import type { Accept } from '../listener.ts';

/** A message as the flow gets it. */
export interface FlowRequest {
  readonly id: number;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly ifMatch?: readonly string[];
}

/** One connection, as the flow sees it. */
export interface FlowConnection {
  readonly connection: Connection;
  readonly requests: FlowRequest[];
  isClosed: boolean;
}

export interface Flow {
  readonly accept: Accept;
  readonly connections: FlowConnection[];
}

/** An answer of JSON-RPC without its id, or a promise of it. */
export type FlowAnswer = { readonly result: object } | { readonly error: object };
export type Answering = (
  request: FlowRequest,
  message: InboundMessage,
  connection: Connection,
) => FlowAnswer | Promise<FlowAnswer>;

/** Takes connections in as the flow does, and answers what it is told to; greetings are always welcome. */
export function flowThat(answer: Answering): Flow {
  const connections: FlowConnection[] = [];
  const accept: Accept = (connection): ConnectionHandler => {
    const seen: FlowConnection = { connection, requests: [], isClosed: false };
    connections.push(seen);
    return {
      async onFrame(frame) {
        if (frame.kind !== 'message') throw new Error(`a frame of kind ${frame.kind}`);
        const request = frame.message.value as FlowRequest;
        seen.requests.push(request);
        const isGreeting = request.method === 'system.hello';
        const said = isGreeting ? { result: {} } : await answer(request, frame.message, connection);
        connection.send({ value: { jsonrpc: '2.0', id: request.id, ...said }, attachments: [] });
      },
      onClose() {
        seen.isClosed = true;
      },
    };
  };
  return { accept, connections };
}

/** The error of a response, as the flow writes it. */
export function flowError(code: string, facts: object = {}): { error: object } {
  return { error: { code: -32_000, message: code, data: { code, ...facts } } };
}
