import type { ErrorCode } from '../generated/errors.ts';

/** Where a connection came from, as the transport saw it. */
export type Peer =
  | {
      readonly transport: 'unix';
      /** Name of the listener. */
      readonly socket: string;
      /** Of the peer, where the kernel could be asked. */
      readonly uid?: number;
      readonly gid?: number;
      readonly pid?: number;
      /** What the process ran when it was accepted. An attribute: whoever may start that program can use it. */
      readonly executable?: string;
      /** Control group of the process when it was accepted. An attribute, as its owner may move it. */
      readonly cgroup?: string;
    }
  | {
      readonly transport: 'websocket';
      readonly remoteAddress: string;
      /** Verified; present on a TLS listener, and there always. */
      readonly certificate?: PeerCertificate;
    };

/** What a client's certificate says of it. */
export interface PeerCertificate {
  /** Its only URI, where that names a SPIFFE workload. */
  readonly spiffe?: string;
  /** RFC 4514, as `openssl x509 -noout -subject -nameopt RFC2253` prints it. */
  readonly subject: string;
  /** SHA-256 of the DER form, base64url (RFC 8705 section 3.1). */
  readonly thumbprint: string;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}

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
