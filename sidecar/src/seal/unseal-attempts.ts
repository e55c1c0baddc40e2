import type { AuditEntry } from '../audit/log.ts';
import { SidecarError } from '../errors.ts';
import type { ErrorCode } from '../generated/errors.ts';
import { networkOf } from '../limits/network.ts';
import { RecentMap } from '../limits/recent-map.ts';
import { SlidingWindow } from '../limits/sliding-window.ts';
import type { Peer } from '../peer.ts';
import { sourceOf } from '../request/refusal-window.ts';

/** Limits how often an unsealing may fail, and remembers what happened until there is a log to write it into. */
export interface UnsealAttempts {
  /** @throws SidecarError `rate_limited` with `retryAfterMs` */
  admit(peer: Peer): void;
  /** @param share its index; without it a provider gave the root key */
  succeeded(peer: Peer, share?: number): void;
  failed(peer: Peer, code: ErrorCode): void;
  /** The records of all attempts, first the good ones. */
  records(): AuditEntry[];
  /** They are written down. */
  forget(): void;
}

interface Counted {
  readonly source: string;
  readonly code: ErrorCode;
  readonly firstAt: number;
  count: number;
  lastAt: number;
}

const periodMs = 60_000;
const failuresOfOneSource = 10;
const failuresOfAll = 60;
/** Sources and codes told apart in the records; the others share one. */
const linesMax = 64;
const rememberedSources = 1024;

class SourceWindow extends SlidingWindow {
  readonly isBusy = false;
}

/** @param now milliseconds since 1970 */
export function createUnsealAttempts(now: () => number): UnsealAttempts {
  const all = new SlidingWindow(periodMs);
  const sources = new RecentMap<SourceWindow>(rememberedSources);
  let given: AuditEntry[] = [];
  let counted = new Map<string, Counted>();

  function windowOf(peer: Peer): SourceWindow {
    const source = networkOf(sourceOf(peer));
    return sources.get(source) ?? sources.add(source, new SourceWindow(periodMs));
  }

  function count(source: string, code: ErrorCode): void {
    const line = `${source} ${code}`;
    const isKnown = counted.has(line) || counted.size < linesMax;
    const key = isKnown ? line : `others ${code}`;
    const entry = counted.get(key) ?? {
      source: isKnown ? source : 'others',
      code,
      firstAt: now(),
      count: 0,
      lastAt: 0,
    };
    counted.set(key, Object.assign(entry, { count: entry.count + 1, lastAt: now() }));
  }

  return {
    admit(peer) {
      const retryAfterMs = Math.max(
        windowOf(peer).delayMs(failuresOfOneSource, now()),
        all.delayMs(failuresOfAll, now()),
      );
      if (retryAfterMs <= 0) return;
      count(sourceOf(peer), 'rate_limited');
      throw new SidecarError('rate_limited', 'attempts to unseal', { facts: { retryAfterMs } });
    },
    succeeded(peer, share) {
      given.push({
        ...recordOf(sourceOf(peer)),
        outcome: 'ok',
        details: { at: now(), ...(share !== undefined && { share }) },
      });
    },
    failed(peer, code) {
      windowOf(peer).add(now());
      all.add(now());
      count(sourceOf(peer), code);
    },
    records: () => [...given, ...[...counted.values()].map(refusalOf)],
    forget() {
      given = [];
      counted = new Map();
    },
  };
}

function refusalOf({ source, code, firstAt, count, lastAt }: Counted): AuditEntry {
  return { ...recordOf(source), outcome: 'denied', error: code, details: { count, firstAt, lastAt } };
}

function recordOf(source: string) {
  return { phase: 'event', operation: 'system.unseal', personal: { details: { source } } } as const;
}
