import type { Socket } from 'node:net';
import { type DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { type Certificate, readCertificate } from './certificate.ts';
import type { PeerCertificate } from './connection.ts';
import { revocationKey } from './revocation-list.ts';
import { isWorkloadSpiffeId } from './spiffe-id.ts';
import type { TlsMaterial } from './tls-files.ts';

/** Who may stay, as the files say now. */
export type Trust = Pick<TlsMaterial, 'authorities' | 'revoked'>;

/** A client's verified certificate with its chain. */
export interface ClientCertificate {
  readonly peer: PeerCertificate;
  /** Milliseconds since 1970 when the first certificate of the chain expires. */
  readonly validUntil: number;
  /** Whether its authority is trusted still, and nothing in its chain is revoked. */
  isTrusted(trust: Trust): boolean;
}

/**
 * The certificate that the client proved to hold.
 *
 * @returns undefined where there is none, or its names are ambiguous: more than one URI among them
 */
export function readClientCertificate(socket: TLSSocket): ClientCertificate | undefined {
  // A resumed session has not been verified again.
  if (!socket.authorized || socket.isSessionReused()) return undefined;
  const chain = chainOf(socket.getPeerCertificate(true));
  const [leaf] = chain;
  if (leaf === undefined || leaf.certificate.uris.length > 1) return undefined;
  const anchor = chain.at(-1)?.fingerprint ?? '';
  const keys = chain.map(({ certificate: { issuer, serial } }) => revocationKey(issuer, serial));
  return {
    peer: Object.freeze(peerCertificate(leaf)),
    validUntil: Math.min(...chain.map(({ notAfter }) => notAfter)),
    isTrusted: ({ authorities, revoked }) => authorities.has(anchor) && !keys.some((key) => revoked.has(key)),
  };
}

/**
 * The certificate of a connection, if it counts still: the files may have changed, and time has passed, since the TLS
 * handshake.
 */
export function trustedCertificate(socket: Socket, trust: Trust): ClientCertificate | undefined {
  const certificate = socket instanceof TLSSocket ? readClientCertificate(socket) : undefined;
  if (certificate === undefined || certificate.validUntil <= Date.now()) return undefined;
  return certificate.isTrusted(trust) ? certificate : undefined;
}

interface Link {
  readonly certificate: Certificate;
  /** SHA-256 in hexadecimal with colons. */
  readonly fingerprint: string;
  readonly notAfter: number;
}

/** From the client's certificate to its authority, which is its own issuer. */
function chainOf(first: DetailedPeerCertificate): Link[] {
  const links: Link[] = [];
  const seen = new Set<DetailedPeerCertificate>();
  for (let at: DetailedPeerCertificate | undefined = first; at?.raw !== undefined && !seen.has(at); ) {
    seen.add(at);
    const [certificate, notAfter] = [readCertificate(at.raw), Date.parse(at.valid_to)];
    links.push({ certificate, fingerprint: at.fingerprint256, notAfter });
    at = at.issuerCertificate;
  }
  return links;
}

function peerCertificate({ certificate, fingerprint, notAfter }: Link): PeerCertificate {
  const { subject, uris, isAuthority } = certificate;
  const [uri] = uris;
  const thumbprint = Buffer.from(fingerprint.replaceAll(':', ''), 'hex').toString('base64url');
  // X509-SVID section 5.2: what may sign others names no workload.
  const isWorkload = uri !== undefined && !isAuthority && isWorkloadSpiffeId(uri);
  return { ...(isWorkload && { spiffe: uri }), subject, thumbprint, notAfter };
}
