import { expect } from 'vitest';
import type { PrincipalRecord } from '../generated/types.ts';
import type { Peer } from './authenticator.ts';
import { testIdentity } from './test-identity.ts';
import { testIssuer, testKey, testSeconds } from './test-issuer.ts';
import { createToken } from './test-token.ts';

export const keys = {
  ci: await testKey('ES256', 'ci-1'),
  edge: await testKey('EdDSA', 'edge-1'),
  cluster: await testKey('ES384', 'cluster-1'),
};
export const issuers = [
  testIssuer('ci', [keys.ci]),
  testIssuer('edge', [keys.edge], { requireBinding: true }),
  testIssuer('cluster', [keys.cluster]),
];
export const serviceAccount = 'system:serviceaccount:prod:billing';
export const bearer = createToken();

export const build: PrincipalRecord = {
  id: 'build',
  kind: 'workload',
  roles: ['Service'],
  credentials: [
    { issuer: 'ci', subject: 'build' },
    { issuer: 'ci', subject: serviceAccount },
    { issuer: 'edge', subject: 'build' },
    { issuer: 'cluster', subject: serviceAccount },
    { uid: 1000 },
    { spiffe: 'spiffe://example.org/build' },
    { certificateSubject: 'CN=build' },
  ],
};
export const other: PrincipalRecord = {
  id: 'other',
  kind: 'workload',
  roles: [],
  credentials: [{ uid: 2000 }, { tokenSha256: bearer.sha256 }, { issuer: 'cluster', subject: 'build' }],
};

export const webSocket: Peer = { transport: 'websocket', remoteAddress: '127.0.0.1' };
export const unix = (uid: number): Peer => ({ transport: 'unix', socket: 'main', uid });
export const certified = (thumbprint: string, certificate = { subject: 'CN=build' }): Peer => ({
  transport: 'websocket',
  remoteAddress: '192.0.2.1',
  certificate: { ...certificate, thumbprint, notAfter: (testSeconds + 10_000) * 1000 },
});

export function identity(options: Partial<Parameters<typeof testIdentity>[0]> = {}) {
  return testIdentity({ principals: [build, other], issuers, now: () => testSeconds * 1000, ...options });
}

export async function login(token: string, peer: Peer = webSocket, options = {}) {
  const { authenticator } = await identity(options);
  return authenticator.authenticate(peer, { token });
}

export const refused = { code: 'unauthenticated', detail: 'token is not valid' };

export async function expectRefused(token: string, peer?: Peer, options?: object) {
  await expect(login(token, peer, options)).rejects.toMatchObject(refused);
}
