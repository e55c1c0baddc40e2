import type { AuditLog } from '../audit/log.ts';
import type { ErrorCode } from '../generated/errors.ts';
import type { Peer } from '../transport/connection.ts';

/** Counts refusals before authentication, so that a flood of strangers cannot fill the log. */
export interface RefusalWindow {
  count(peer: Peer, code: ErrorCode): void;
  /** Writes what the open window holds. */
  flush(): Promise<void>;
}

const windowMs = 1_000;

/** Sources told apart in one window; the rest share one line. */
const maxSources = 64;

/** One record per source, code and window. */
export function createRefusalWindow(log: AuditLog): RefusalWindow {
  let counts = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const closing = counts;
    counts = new Map();
    await Promise.all([...closing].map(([line, count]) => log.append(recordOf(line, count))));
  }

  return {
    count(peer, code) {
      const line = `${sourceOf(peer)} ${code}`;
      const known = counts.has(line) || counts.size < maxSources ? line : `others ${code}`;
      counts.set(known, (counts.get(known) ?? 0) + 1);
      timer ??= setTimeout(() => flush().catch(() => undefined), windowMs);
      timer.unref();
    },
    flush,
  };
}

function recordOf(line: string, count: number) {
  const [source = '', error = ''] = line.split(' ');
  return {
    phase: 'event',
    operation: 'session.refused',
    outcome: 'denied',
    error,
    personal: { details: { source } },
    details: { count },
  } as const;
}

/** Where a peer comes from, as a record names it. */
export function sourceOf(peer: Peer): string {
  if (peer.transport === 'link') return `socket:${peer.socket}`;
  if (peer.transport !== 'unix') return `${peer.transport}:${peer.remoteAddress}`;
  // Wrong PINs on a socket of PKCS#11 hold up nobody but its own users.
  if (peer.handedOn !== undefined) return `socket:${peer.socket}/uid:${peer.uid ?? 'unknown'}`;
  return peer.uid === undefined ? `socket:${peer.socket}` : `uid:${peer.uid}`;
}
