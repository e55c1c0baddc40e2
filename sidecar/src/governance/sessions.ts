import type { SessionInfo } from '../generated/types.ts';
import { endOf, latestEndOf, type SessionLimits } from '../identity/sessions.ts';
import { transportOf } from '../peer.ts';
import type { Session } from '../request/context.ts';

/** The open connections, and what ends them before their peers do. */
export interface Sessions {
  readonly open: Set<Session>;
  /** Those that have said who they are. */
  list(): SessionInfo[];
  /** Ends the sessions that fit and tells how many; nothing of theirs that is under way is answered. */
  end(fits: (session: Session) => boolean): number;
  close(): void;
}

export interface SessionsOptions {
  readonly limits: SessionLimits;
  /** Makes every operation that is under way decide again before it is answered. */
  readonly invalidate: () => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const sweepMs = 1_000;

/** Ends sessions that were idle or open for too long, and those whose credential has expired, within a second. */
export function createSessions({ limits, invalidate, now }: SessionsOptions): Sessions {
  const open = new Set<Session>();

  function end(fits: (session: Session) => boolean): number {
    const ended = [...open].filter((session) => session.identity !== undefined && fits(session));
    for (const session of ended) session.isRevoked = true;
    if (ended.length > 0) invalidate();
    for (const session of ended) session.end();
    return ended.length;
  }

  /** An emergency takes its session with it: keys that it unwrapped or derived would outlive it. */
  const isOver = ({ elevation }: Session) => elevation !== undefined && elevation.untilMs <= now();

  const sweep = setInterval(
    () => end((session) => isOver(session) || endOf(timesOf(session, now()), limits) <= now()),
    sweepMs,
  );
  sweep.unref();
  return {
    open,
    end,
    list: () => [...open].flatMap((session) => infoOf(session, limits, now())),
    close: () => clearInterval(sweep),
  };
}

/** Who waits for an answer is not idle. */
function timesOf({ openedAt, usedAt, underWay, identity }: Session, nowMs: number) {
  return { openedAt, usedAt: underWay > 0 ? nowMs : usedAt, expiresAt: identity?.expiresAt };
}

function infoOf(session: Session, limits: SessionLimits, nowMs: number): SessionInfo[] {
  const { id, identity, peer, openedAt, usedAt } = session;
  if (identity === undefined) return [];
  const { principal } = identity;
  const expiresAt = latestEndOf(timesOf(session, nowMs), limits);
  const times = { openedAt, usedAt, ...(Number.isFinite(expiresAt) && { expiresAt }) };
  const credential = principal.credential.subject;
  return [{ id, principal: principal.id, credential, transport: transportOf(peer), ...times }];
}
