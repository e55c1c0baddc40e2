/** Where a connection came from, as the transport saw it. */
export type Peer = UnixPeer | NetworkPeer | LinkPeer;

export interface UnixPeer {
  readonly transport: 'unix';
  /** Name of the listener; of who is handed on, that of the PKCS#11 socket. */
  readonly socket: string;
  /**
   * The PKCS#11 front process read the credentials, and hands them on: of a user of its socket, or of a security officer,
   * for whom no socket speaks but a token alone.
   */
  readonly handedOn?: 'user' | 'security-officer';
  /** Of the peer, where the kernel could be asked. */
  readonly uid?: number;
  readonly gid?: number;
  readonly pid?: number;
  /** What the process ran when it was accepted; an attribute that narrows a uid, never the identity. */
  readonly executable?: string;
  /** Its control group at that time; an attribute like it. */
  readonly cgroup?: string;
}

/** The PKCS#11 front process, until its `system.hello` says whom it speaks for. Of itself it is nobody. */
export interface LinkPeer {
  readonly transport: 'link';
  /** Name of the listener. */
  readonly socket: string;
  /** Names of the PKCS#11 sockets whose users it may hand on. */
  readonly sockets: readonly string[];
}

/** Over TCP. REST over a Unix socket comes from a `UnixPeer` like everything else that does. */
export interface NetworkPeer {
  readonly transport: 'websocket' | 'rest';
  readonly remoteAddress: string;
  /** Of a client whose certificate TLS has verified. */
  readonly certificate?: PeerCertificate;
}

/** What carries the connection, as policies, metrics and traces tell it apart: the link is a Unix socket as well. */
export function transportOf({ transport }: Peer): 'unix' | NetworkPeer['transport'] {
  return transport === 'link' ? 'unix' : transport;
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
