import type { ErrorCode } from '../generated/errors.ts';
import type { Peer } from '../peer.ts';

export type { Peer, PeerCertificate } from '../peer.ts';

/** One JSON value and the raw attachments that followed it. The receiver owns the attachments' memory. */
export interface InboundMessage {
  readonly value: unknown;
  readonly attachments: readonly Buffer[];
}

/** What a connection delivers: a message, a batch in the order of its array, or what is wrong with the bytes. */
export type InboundFrame =
  | { readonly kind: 'message'; readonly message: InboundMessage }
  | { readonly kind: 'batch'; readonly messages: readonly InboundMessage[] }
  | { readonly kind: 'invalid'; readonly code: ErrorCode; readonly detail?: string };

export interface OutboundMessage {
  readonly value: object;
  readonly attachments: readonly Uint8Array[];
}

/** A peer's connection; what is sent in one tick leaves in one write. */
export interface Connection {
  readonly peer: Peer;
  send(message: OutboundMessage): void;
  sendBatch(messages: readonly OutboundMessage[]): void;
  /** Resolves when everything sent so far was handed to the system; rejects when the connection ended before. */
  whenFlushed(): Promise<void>;
  close(): void;
}

export interface ConnectionHandler {
  onFrame(frame: InboundFrame): void;
  /** Called once. */
  onClose(): void;
}

/** What the frame reader enforces before anything is parsed. */
export interface ConnectionLimits {
  /** Bytes of JSON in one message or batch. */
  readonly messageBytes: number;
  /** Bytes of all attachments of one message or batch. */
  readonly attachmentBytes: number;
  /** Attachments of one message or batch. */
  readonly attachments: number;
  /** Nesting of arrays and objects. */
  readonly depth: number;
  /** Requests in one batch. */
  readonly batch: number;
  /** Operations of one connection under way at once. */
  readonly inFlight: number;
  /** Longest time in ms that half a message may take. */
  readonly messageTimeoutMs: number;
  /** Longest time in ms until the first message. */
  readonly helloTimeoutMs: number;
  /**
   * Bytes that may wait for a peer that does not read; beyond, its requests are no longer read, and beyond twice as
   * many it is given up.
   */
  readonly outboundBytes: number;
}

export const defaultLimits: ConnectionLimits = Object.freeze({
  messageBytes: 1 << 20,
  attachmentBytes: 64 << 20,
  attachments: 64,
  depth: 32,
  batch: 64,
  inFlight: 1024,
  messageTimeoutMs: 30_000,
  helloTimeoutMs: 10_000,
  outboundBytes: 72 << 20,
});
