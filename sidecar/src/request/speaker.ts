import { SidecarError } from '../errors.ts';
import type { HandedOnPeer } from '../generated/types.ts';
import type { LinkPeer, Peer, UnixPeer } from '../peer.ts';

/** 4,294,967,295 names nobody: `(uid_t)-1`. */
const highestId = 0xffff_fffe;

/**
 * Who speaks by a `system.hello`: the peer of the connection, or over the link of the PKCS#11 front process the one that
 * it hands on. What that process says of its peers is believed like the kernel, on its link only.
 *
 * @param params not validated yet
 * @throws SidecarError `invalid_request` for a hand-on that is missing, or anywhere else; `invalid_params`
 */
export function speakerOf(peer: Peer, params: unknown): Peer {
  const { peer: handedOn } = (params ?? {}) as { peer?: unknown };
  if (peer.transport !== 'link') {
    if (handedOn === undefined) return peer;
    throw new SidecarError('invalid_request', 'only the PKCS#11 front process hands on a peer');
  }
  if (typeof handedOn !== 'object' || handedOn === null) {
    throw new SidecarError('invalid_request', 'the PKCS#11 front process must hand on a peer');
  }
  return speakerBehind(peer, handedOn);
}

function speakerBehind(link: LinkPeer, { socket, ...ids }: HandedOnPeer): UnixPeer {
  const { uid, gid, pid } = ids;
  for (const id of [uid, gid, pid]) requireId(id);
  const facts = {
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
    ...(pid !== undefined && { pid }),
  };
  if (socket === undefined) return { transport: 'unix', socket: link.socket, handedOn: 'security-officer', ...facts };
  if (!link.sockets.includes(socket)) throw new SidecarError('invalid_params', 'no PKCS#11 socket of that name');
  return { transport: 'unix', socket, handedOn: 'user', ...facts };
}

function requireId(id: unknown): void {
  if (id === undefined || (Number.isInteger(id) && (id as number) >= 0 && (id as number) <= highestId)) return;
  throw new SidecarError('invalid_params', 'an id of the peer is not a whole number from 0 to 4294967294');
}
