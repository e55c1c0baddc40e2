import { SidecarError } from '../errors.ts';
import { networkOf } from './network.ts';
import { RecentMap } from './recent-map.ts';
import { TokenBucket } from './token-bucket.ts';

export interface SourceLimiterOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Attempts a second of one source, with bursts of as many; default 20. */
  readonly perSecond?: number;
  /** Sources remembered, the others forgotten; default 16384. */
  readonly sources?: number;
}

/** Limits how often one source may try to authenticate, before anything is known of it. */
export interface SourceLimiter {
  /**
   * Counts an attempt of a source: a remote address, or the name or uid of a local peer.
   *
   * @throws SidecarError `rate_limited` with `retryAfterMs`
   */
  admit(source: string): void;
  /** Its attempt was good: it does not count, so that honest peers may connect as often as they like. */
  succeeded(source: string): void;
}

class SourceBucket extends TokenBucket {
  readonly isBusy = false;
}

const defaultPerSecond = 20;
const rememberedSources = 16_384;

export function createSourceLimiter(options: SourceLimiterOptions): SourceLimiter {
  const { now, perSecond = defaultPerSecond, sources = rememberedSources } = options;
  const buckets = new RecentMap<SourceBucket>(sources);
  return {
    admit(source) {
      const network = networkOf(source);
      const bucket = buckets.get(network) ?? buckets.add(network, new SourceBucket());
      const nowMs = now();
      const retryAfterMs = bucket.delayMs(1, perSecond, nowMs);
      if (retryAfterMs > 0) throw new SidecarError('rate_limited', 'attempts to connect', { facts: { retryAfterMs } });
      bucket.take(1, perSecond, nowMs);
    },
    succeeded(source) {
      buckets.get(networkOf(source))?.giveBack(1);
    },
  };
}
