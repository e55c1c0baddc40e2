import { describe, expect, test } from 'vitest';
import type { PrincipalRecord } from '../generated/types.ts';
import type { Peer, UnixPeer } from '../peer.ts';
import { createDirectory } from './directory.ts';
import { overflowUids } from './overflow-uid.ts';
import { alice, billing, groups, identity, tokens, unix } from './test-principals.ts';
import { createToken } from './test-token.ts';

function refused(detail: string) {
  return { code: 'unauthenticated', detail };
}

function user(uid?: number): Peer {
  return unix(uid, 'billing', { handedOn: 'user' } satisfies Partial<UnixPeer>);
}

function securityOfficer(uid?: number): Peer {
  return unix(uid, 'pkcs11-link', { handedOn: 'security-officer' } satisfies Partial<UnixPeer>);
}

async function authenticating(options?: Parameters<typeof identity>[0]) {
  const { authenticator } = await identity(options);
  return (peer: Peer, token?: string) => authenticator.authenticate(peer, token === undefined ? {} : { token });
}

describe('a user of a PKCS#11 socket', () => {
  test('is the identity of the socket, as on a Unix socket of one identity', async () => {
    const authenticate = await authenticating();
    for (const uid of [undefined, 3000, 2000]) {
      const { principal, credentialId } = await authenticate(user(uid));
      expect(principal).toMatchObject({ id: 'billing', credential: { kind: 'socket', subject: 'socket:billing' } });
      expect(principal.credential.uid).toBe(uid);
      expect(credentialId).toBe('socket:billing');
      expect((await authenticate(unix(uid, 'billing'))).principal).toEqual(principal);
    }
  });

  test('gives as PIN a token of the same principal, whether or not the uid is anybody’s', async () => {
    const authenticate = await authenticating();
    for (const uid of [undefined, 3000, 2000]) {
      const { principal, credentialId } = await authenticate(user(uid), tokens.billing.token);
      expect(principal).toMatchObject({ id: 'billing', credential: { kind: 'token' } });
      expect(principal.credential.uid).toBe(uid);
      expect(credentialId).toBe(`token:${tokens.billing.sha256}`);
    }
  });

  test('is refused with a token of another, of nobody, or with the uid of another', async () => {
    const authenticate = await authenticating();
    const different = refused('credentials belong to different principals');
    await expect(authenticate(user(3000), tokens.alice.token)).rejects.toMatchObject(different);
    await expect(authenticate(user(1000))).rejects.toMatchObject(different);
    await expect(authenticate(user(1000), tokens.billing.token)).rejects.toMatchObject(different);
    await expect(authenticate(user(3000), createToken().token)).rejects.toMatchObject(refused('token is not valid'));
  });

  test('of a socket that is nobody’s is nobody, whatever token it has', async () => {
    const authenticate = await authenticating();
    const peer = unix(3000, 'stock', { handedOn: 'user' });
    await expect(authenticate(peer)).rejects.toMatchObject(refused('uid 3000'));
    await expect(authenticate(peer, tokens.billing.token)).rejects.toMatchObject(refused('uid 3000'));
  });

  test('never has the overflow uid', async () => {
    const authenticate = await authenticating();
    for (const uid of overflowUids()) {
      const refusal = refused(`uid ${uid} stands for every unmapped user`);
      await expect(authenticate(user(uid))).rejects.toMatchObject(refusal);
      await expect(authenticate(user(uid), tokens.billing.token)).rejects.toMatchObject(refusal);
      await expect(authenticate(securityOfficer(uid), tokens.alice.token)).rejects.toMatchObject(refusal);
    }
  });
});

describe('a security officer', () => {
  test('is whose token it is, of no socket and of any uid that is nobody’s or the own', async () => {
    const authenticate = await authenticating();
    for (const uid of [undefined, 3000, 1000]) {
      const { principal, credentialId } = await authenticate(securityOfficer(uid), tokens.alice.token);
      expect(principal).toMatchObject({ id: 'alice', credential: { kind: 'token' } });
      expect(principal.credential.uid).toBe(uid);
      expect(credentialId).toBe(`token:${tokens.alice.sha256}`);
    }
  });

  test('shows a token, whatever the uid and the sockets say', async () => {
    const owner: PrincipalRecord = { ...alice, credentials: [...alice.credentials, { socket: 'pkcs11-link' }] };
    const trustedSockets = ['billing', 'pkcs11-link'];
    const authenticate = await authenticating({ principals: [owner, billing], trustedSockets });
    await expect(authenticate(securityOfficer(1000))).rejects.toMatchObject(
      refused('a security officer needs a token'),
    );
    await expect(authenticate(securityOfficer(1000), createToken().token)).rejects.toMatchObject(
      refused('token is not valid'),
    );
  });

  test('has the role of an officer or administrator, itself or through a group', async () => {
    const authenticate = await authenticating();
    await expect(authenticate(securityOfficer(3000), tokens.billing.token)).rejects.toMatchObject(
      refused('no role of an officer'),
    );
    const administrators = [{ id: 'administrators', members: ['billing'], roles: ['Administrator' as const] }];
    const lifted = await authenticating({ groups: [...groups, ...administrators] });
    expect((await lifted(securityOfficer(3000), tokens.billing.token)).principal.id).toBe('billing');
  });

  test('is refused with the uid of another', async () => {
    const authenticate = await authenticating();
    await expect(authenticate(securityOfficer(2000), tokens.alice.token)).rejects.toMatchObject(
      refused('credentials belong to different principals'),
    );
  });

  test('is none any more once the role is gone', async () => {
    const { authenticator, switchTo } = await identity();
    const officer = await authenticator.authenticate(securityOfficer(3000), { token: tokens.alice.token });
    expect(authenticator.current(officer).id).toBe('alice');
    switchTo(createDirectory({ principals: [{ ...alice, roles: ['Auditor'] }, billing], groups }));
    expect(() => authenticator.current(officer)).toThrow(expect.objectContaining(refused('no role of an officer')));
  });
});

test('the front process itself is nobody, even with a good token', async () => {
  const authenticate = await authenticating();
  const link: Peer = { transport: 'link', socket: 'pkcs11-link', sockets: ['billing'] };
  const refusal = refused('the PKCS#11 front process is nobody of itself');
  await expect(authenticate(link)).rejects.toMatchObject(refusal);
  await expect(authenticate(link, tokens.alice.token)).rejects.toMatchObject(refusal);
});
