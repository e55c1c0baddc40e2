import type { LoadedKey } from '../crypto/key.ts';
import type { CryptoOperations } from '../crypto/provider.ts';
import type { Algorithm } from '../generated/types.ts';
import type { Execution } from '../request/context.ts';

/** The other party's public key of a key agreement, given by handle or inline. */
export async function peerKey(
  crypto: CryptoOperations,
  { public: peer }: Algorithm,
  execution: Execution,
): Promise<LoadedKey | undefined> {
  if (peer === undefined) return undefined;
  if ('handle' in peer) return execution.key(peer.handle);
  return crypto.importKey(peer.format, peer.data, peer.algorithm, { extractable: true, usages: [] });
}
