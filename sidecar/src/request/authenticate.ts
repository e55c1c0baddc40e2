import { SidecarError } from '../errors.ts';
import type { Principal, SystemHelloParams } from '../generated/types.ts';
import type { Authenticator, Peer } from '../identity/authenticator.ts';
import type { Session, Trail } from './context.ts';
import { speakerOf } from './speaker.ts';

/** Sets who a call comes from; no principal names itself. */
export interface Authenticate {
  /** `system.hello` presents the credential (and is waited for), every later call goes by what it settled. */
  authenticate(trail: Trail): Promise<void> | undefined;
  /** The principal as it is now, for what was authenticated before something changed. */
  refresh(trail: Trail): void;
}

export interface AuthenticateOptions {
  readonly authenticator: Authenticator;
  readonly attempts: Attempts;
  /** Registers a token by a single-use invitation before it is presented. */
  readonly enrol: (enrolment: Enrolment) => Promise<void>;
  readonly now: () => number;
}

/** Limits how often one source may fail. */
export interface Attempts {
  /** Asked before any credential is looked at: throws `rate_limited`. */
  admit(peer: Peer): void;
  succeeded(peer: Peer): void;
}

export type Enrolment = NonNullable<SystemHelloParams['enrolment']>;

export function createAuthenticate({ authenticator, attempts, enrol, now }: AuthenticateOptions): Authenticate {
  async function hello(trail: Trail): Promise<void> {
    const { session, params } = trail.call;
    if (session.identity !== undefined) throw new SidecarError('invalid_request', 'system.hello was answered before');
    session.peer = speakerOf(session.peer, params);
    attempts.admit(session.peer);
    const { token, enrolment } = presentedBy(params);
    if (enrolment !== undefined) await enrol(enrolment);
    trail.identity = await authenticator.authenticate(session.peer, token === undefined ? {} : { token });
    trail.principal = trail.identity.principal;
    attempts.succeeded(session.peer);
  }

  function refresh(trail: Trail): void {
    const { session } = trail.call;
    const identity = session.identity ?? trail.identity;
    if (identity === undefined) throw new SidecarError('unauthenticated', 'system.hello must be the first message');
    if (session.isRevoked) throw new SidecarError('unauthenticated', 'the session was revoked');
    trail.identity = identity;
    trail.principal = actingPrincipal(session, authenticator.current(identity), now);
  }

  return {
    refresh,
    authenticate(trail) {
      if (trail.call.method === 'system.hello') return hello(trail);
      refresh(trail);
      trail.call.session.usedAt = now();
      return undefined;
    },
  };
}

function actingPrincipal(session: Session, current: Principal, now: () => number): Principal {
  const { elevation } = session;
  return elevation?.from === current && elevation.untilMs > now() ? elevation.principal : current;
}

/** The params are not validated yet, because a stranger is told nothing about them. */
function presentedBy(params: unknown): { token?: string; enrolment?: Enrolment } {
  const { token, enrolment } = (params ?? {}) as { token?: unknown; enrolment?: Partial<Enrolment> | null };
  const { invitation, tokenSha256 } = enrolment ?? {};
  return {
    ...(typeof token === 'string' && { token }),
    ...(typeof invitation === 'string' &&
      typeof tokenSha256 === 'string' && { enrolment: { invitation, tokenSha256 } }),
  };
}
