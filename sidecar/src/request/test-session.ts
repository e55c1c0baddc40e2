import type { Principal } from '../generated/types.ts';
import { SessionKeys } from '../keystore/session-keys.ts';
import type { HeldKey, Session } from './context.ts';

/** An open session of that principal over the default socket. */
export function sessionOf(principal: Principal, change: Partial<Session> = {}): Session {
  return {
    id: 'ssn_1',
    peer: { transport: 'unix', socket: 'default' },
    keys: new SessionKeys<HeldKey>(10),
    openedAt: 0,
    usedAt: 0,
    identity: Object.freeze({ principal, credentialId: 'uid:1000' }),
    attachments: false,
    isRevoked: false,
    underWay: 0,
    end: () => undefined,
    ...change,
  };
}
