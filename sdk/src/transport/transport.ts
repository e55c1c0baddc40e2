/** One JSON-RPC message on its way out: JSON text without a newline, and the raw bytes that follow it. */
export interface OutboundMessage {
  readonly text: string;
  readonly attachments: readonly Uint8Array[];
}

/** One JSON-RPC message that came in. The receiver owns the attachments' memory. */
export interface InboundMessage {
  readonly value: object;
  readonly attachments: readonly Uint8Array[];
}

/** Hears what a channel delivers. */
export interface ChannelListener {
  onMessage(message: InboundMessage): void;
  /** Called once, after the last message; the cause is undefined when the end was asked for. */
  onClose(cause: unknown): void;
}

/** An open way to the sidecar. */
export interface Channel {
  /** Sends a message; its bytes must not change until it was answered. Without effect once the channel is closed. */
  send(message: OutboundMessage): void;
  /** Whether the channel is to keep the process alive, where the runtime can be told. */
  holdProcess(hold: boolean): void;
  close(): void;
}

/** Opens channels to one address. */
export interface Transport {
  /** Rejects with what the runtime said; aborting ends the attempt. */
  open(listener: ChannelListener, signal: AbortSignal): Promise<Channel>;
}
