import type { JWTPayload } from 'jose';
import type { Peer } from '../peer.ts';

/**
 * Whether a token may be used on this connection: `cnf.x5t#S256` (RFC 8705 section 3.1) must be its client certificate,
 * `uid` the peer's user. A confirmation of another kind cannot be checked here, so it does not hold.
 *
 * @param isRequired refuses a token that is bound to nothing
 */
export function holdsBinding(payload: JWTPayload, peer: Peer, isRequired: boolean): boolean {
  const { cnf, uid } = payload;
  if (cnf === undefined && uid === undefined) return !isRequired;
  return (cnf === undefined || isCertificateOf(cnf, peer)) && (uid === undefined || isUidOf(uid, peer));
}

function isCertificateOf(confirmation: unknown, peer: Peer): boolean {
  if (typeof confirmation !== 'object' || confirmation === null) return false;
  const members = Object.entries(confirmation);
  const certificate = 'certificate' in peer ? peer.certificate : undefined;
  if (members.length !== 1 || certificate === undefined) return false;
  return members[0]?.[0] === 'x5t#S256' && members[0][1] === certificate.thumbprint;
}

function isUidOf(uid: unknown, peer: Peer): boolean {
  return peer.transport === 'unix' && peer.uid !== undefined && uid === peer.uid;
}
