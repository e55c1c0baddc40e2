import { FerroHsmError } from '../errors.ts';
import { FrameError, inboundLimits, parseMessage } from './frames.ts';
import type { Channel, ChannelListener, InboundMessage, OutboundMessage, Transport } from './transport.ts';

/** The part of the standard WebSocket that is used; that of browsers, Node >= 22, Deno, Bun and the package `ws` fit. */
export interface WebSocketLike {
  binaryType: string;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(): void;
  addEventListener(type: 'open' | 'message' | 'close' | 'error', listener: (event: WebSocketEvent) => void): void;
}

/** What the events of a WebSocket carry, each its own. */
export interface WebSocketEvent {
  readonly type: string;
  readonly data?: unknown;
  readonly code?: number;
  readonly error?: unknown;
}

export type WebSocketConstructor = new (url: string) => WebSocketLike;

/**
 * Messages as text frames; each attachment is one binary frame after the text frame that names its length.
 *
 * @throws FerroHsmError `config_invalid` for an address that is not ws: or wss:, `not_supported` without a WebSocket
 */
export function webSocket(url: string, Constructor = globalWebSocket()): Transport {
  if (!/^wss?:$/.test(protocolOf(url)))
    throw new FerroHsmError('config_invalid', 'the url is not a ws: or wss: address');
  if (Constructor === undefined) {
    throw new FerroHsmError('not_supported', 'this runtime has no WebSocket; pass a constructor as webSocket');
  }
  return { open: async (listener, signal) => open(new Constructor(url), listener, signal) };
}

/** Node 20 has none. */
function globalWebSocket(): WebSocketConstructor | undefined {
  return (globalThis as { WebSocket?: WebSocketConstructor }).WebSocket;
}

function protocolOf(url: string): string {
  try {
    return new URL(url).protocol;
  } catch {
    return '';
  }
}

function open(socket: WebSocketLike, listener: ChannelListener, signal: AbortSignal): Promise<Channel> {
  socket.binaryType = 'arraybuffer';
  return new Promise((resolve, reject) => {
    const abort = () => socket.close();
    signal.addEventListener('abort', abort);
    let channel: WebSocketChannel | undefined;
    let cause: unknown;
    const fail = (reason: unknown) => {
      signal.removeEventListener('abort', abort);
      reject(reason);
    };
    socket.addEventListener('open', () => {
      signal.removeEventListener('abort', abort);
      channel = new WebSocketChannel(socket, listener);
      resolve(channel);
    });
    socket.addEventListener('message', ({ data }) => channel?.receive(data));
    // The standard event says nothing; that of `ws` and Node carries an error.
    socket.addEventListener('error', ({ error }) => {
      cause = error;
      // On Node 22 no close event follows when the handshake fails.
      if (channel === undefined) fail(error ?? new Error('the WebSocket could not be opened'));
    });
    socket.addEventListener('close', ({ code }) => {
      cause ??= new Error(`the WebSocket closed with code ${code}`);
      if (channel === undefined) fail(cause);
      else channel.closed(cause);
    });
    if (signal.aborted) abort();
  });
}

class WebSocketChannel implements Channel {
  readonly #socket: WebSocketLike;
  readonly #listener: ChannelListener;
  /** The message whose attachments are still coming. */
  #open: { value: object; lengths: readonly number[]; attachments: Uint8Array[] } | undefined;
  #end: { cause: unknown } | undefined;

  constructor(socket: WebSocketLike, listener: ChannelListener) {
    this.#socket = socket;
    this.#listener = listener;
  }

  send({ text, attachments }: OutboundMessage): void {
    if (this.#end !== undefined) return;
    this.#socket.send(text);
    for (const attachment of attachments) this.#socket.send(attachment as Uint8Array<ArrayBuffer>);
  }

  /** The standard WebSocket has no such switch: an open one keeps its process alive until it is closed. */
  holdProcess(): void {}

  close(): void {
    this.#finish(undefined);
  }

  closed(cause: unknown): void {
    if (this.#end === undefined) this.#finish(cause);
  }

  receive(data: unknown): void {
    if (this.#end !== undefined) return;
    try {
      const message = this.#read(data);
      if (message !== undefined) this.#listener.onMessage(message);
    } catch (error) {
      this.#finish(error);
    }
  }

  #read(data: unknown): InboundMessage | undefined {
    if (typeof data === 'string') this.#readText(data);
    else this.#readAttachment(data);
    if (this.#open === undefined || this.#open.attachments.length < this.#open.lengths.length) return undefined;
    const { value, attachments } = this.#open;
    this.#open = undefined;
    return { value, attachments };
  }

  #readText(text: string): void {
    if (this.#open !== undefined) throw new FrameError('a text frame came in place of an attachment');
    if (text.length > inboundLimits.messageBytes) throw new FrameError('a message is larger than allowed');
    this.#open = { ...parseMessage(text, inboundLimits), attachments: [] };
  }

  #readAttachment(data: unknown): void {
    if (this.#open === undefined || !(data instanceof ArrayBuffer)) throw new FrameError('an unexpected binary frame');
    const { lengths, attachments } = this.#open;
    if (data.byteLength !== lengths[attachments.length])
      throw new FrameError('an attachment is not as long as announced');
    attachments.push(new Uint8Array(data));
  }

  /** The loss is told at once: the closing handshake may take as long as the peer likes. */
  #finish(cause: unknown): void {
    if (this.#end !== undefined) return;
    this.#end = { cause };
    this.#socket.close();
    this.#listener.onClose(cause);
  }
}
