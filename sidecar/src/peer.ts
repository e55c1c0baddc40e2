/** Where a connection came from, as the transport saw it. */
export type Peer = UnixPeer | NetworkPeer;

export interface UnixPeer {
  readonly transport: 'unix';
  /** Name of the listener. */
  readonly socket: string;
  /** Of the peer, where the kernel could be asked. */
  readonly uid?: number;
  readonly gid?: number;
  readonly pid?: number;
  /** What the process ran when it was accepted; an attribute that narrows a uid, never the identity. */
  readonly executable?: string;
  /** Its control group at that time; an attribute like it. */
  readonly cgroup?: string;
}

/** Over TCP. REST over a Unix socket comes from a `UnixPeer` like everything else that does. */
export interface NetworkPeer {
  readonly transport: 'websocket' | 'rest';
  readonly remoteAddress: string;
  /** Of a client whose certificate TLS has verified. */
  readonly certificate?: PeerCertificate;
}

export interface PeerCertificate {
  /** The only URI SAN, where it names a SPIFFE workload. */
  readonly spiffe?: string;
  /** RFC 4514. */
  readonly subject: string;
  /** SHA-256 of the DER form, base64url (RFC 8705 section 3.1). */
  readonly thumbprint: string;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}
