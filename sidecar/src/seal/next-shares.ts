import type { AuditLog } from '../audit/log.ts';
import { SidecarError } from '../errors.ts';
import type { UnsealProgress } from '../generated/types.ts';
import type { Peer } from '../peer.ts';
import type { ShareSuccession } from '../root-key/share-succession.ts';
import type { Secret } from '../secret.ts';
import type { UnsealAttempts } from './unseal-attempts.ts';

/** Shares of the next root key, which its custodians give while the present one is in use. */
export interface NextShares {
  /** Undefined where no set is prepared. */
  readonly progress: UnsealProgress | undefined;
  /**
   * Takes a share of the prepared set.
   *
   * @param share stays the caller's to wipe
   * @returns how many there are by now; undefined for a share of another set, and where none is prepared
   * @throws SidecarError `share_invalid`, `share_repeated`, `rate_limited`
   */
  give(share: Secret, peer: Peer): Promise<UnsealProgress | undefined>;
}

/** @param attempts those to unseal: one limit for both */
export function createNextShares(
  succession: ShareSuccession,
  attempts: UnsealAttempts,
  log: Pick<AuditLog, 'append'>,
): NextShares {
  async function record(): Promise<void> {
    const records = attempts.records();
    attempts.forget();
    for (const entry of records) await log.append(entry);
  }

  function add(share: Secret, peer: Peer): boolean {
    try {
      const index = succession.add(share.bytes);
      if (index !== undefined) attempts.succeeded(peer, index);
      return index !== undefined;
    } catch (error) {
      if (error instanceof SidecarError) attempts.failed(peer, error.code);
      throw error;
    }
  }

  return {
    get progress() {
      return succession.progress;
    },
    async give(share, peer) {
      if (succession.progress === undefined) return undefined;
      // Whoever is refused here is counted, and recorded with the next attempt: otherwise a flood would fill the log.
      attempts.admit(peer);
      try {
        return add(share, peer) ? succession.progress : undefined;
      } finally {
        await record();
      }
    },
  };
}
