import type { PrincipalRecord } from '../generated/types.ts';
import type { Peer } from './authenticator.ts';
import { testIdentity } from './test-identity.ts';
import { createToken } from './test-token.ts';

export const tokens = { alice: createToken(), billing: createToken(), expiring: createToken() };
export const expiresAt = '2027-01-31T00:00:00Z';

export const alice: PrincipalRecord = {
  id: 'alice',
  kind: 'person',
  roles: ['Officer', 'Auditor'],
  credentials: [{ uid: 1000 }, { tokenSha256: tokens.alice.sha256 }, { certificateSubject: 'CN=alice' }],
};
export const billing: PrincipalRecord = {
  id: 'billing',
  kind: 'workload',
  roles: ['Service'],
  owner: 'alice',
  credentials: [
    { uid: 2000 },
    { socket: 'billing' },
    { tokenSha256: Buffer.from(tokens.billing.sha256, 'base64url').toString('hex') },
    { tokenSha256: tokens.expiring.sha256, expiresAt },
    { spiffe: 'spiffe://example.org/billing' },
  ],
};
export const groups = [{ id: 'ops', members: ['alice'], roles: ['Operator' as const] }];

export function identity(options: Partial<Parameters<typeof testIdentity>[0]> = {}) {
  return testIdentity({ principals: [alice, billing], groups, trustedSockets: ['billing'], ...options });
}

export function unix(uid?: number, socket = 'main', more: object = {}): Peer {
  return { transport: 'unix', socket, ...(uid !== undefined && { uid, gid: uid, pid: 7 }), ...more };
}

export const webSocket: Peer = { transport: 'websocket', remoteAddress: '127.0.0.1' };

export function certified(certificate: { spiffe?: string; subject: string }, notAfter = 5_000): Peer {
  return {
    transport: 'websocket',
    remoteAddress: '192.0.2.1',
    certificate: { ...certificate, thumbprint: 't', notAfter },
  };
}
