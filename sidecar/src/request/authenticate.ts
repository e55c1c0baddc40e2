import { SidecarError } from '../errors.ts';
import type { Principal } from '../generated/types.ts';
import type { Authenticator } from '../identity/authenticator.ts';
import type { Call } from './context.ts';

/** The principal of a call; no principal names itself. */
export type Authenticate = (call: Call) => Principal;

/** `system.hello` presents the credential, every later call goes by what it settled. */
export function createAuthenticate(authenticator: Authenticator, now: () => number): Authenticate {
  return ({ session, method, params }) => {
    if (method === 'system.hello') {
      if (session.principal !== undefined)
        throw new SidecarError('invalid_request', 'system.hello was answered before');
      return authenticator.authenticate(session.peer, tokenOf(params));
    }
    if (session.principal === undefined) {
      throw new SidecarError('unauthenticated', 'system.hello must be the first message');
    }
    const expiry = authenticator.expiryOf(session.principal);
    if (expiry !== undefined && expiry <= now()) throw new SidecarError('unauthenticated', 'the token has expired');
    return session.principal;
  };
}

/** The params are not validated yet, because a stranger is told nothing about them. */
function tokenOf(params: unknown): string | undefined {
  const token = (params as { token?: unknown } | null | undefined)?.token;
  return typeof token === 'string' ? token : undefined;
}
