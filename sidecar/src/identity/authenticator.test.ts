import { describe, expect, test } from 'vitest';
import type { PrincipalRecord } from '../generated/types.ts';
import type { Peer } from './authenticator.ts';
import { overflowUids } from './overflow-uid.ts';
import { alice, billing, certified, expiresAt, identity, tokens, unix, webSocket } from './test-principals.ts';
import { createToken } from './test-token.ts';

function refused(detail: string) {
  return { code: 'unauthenticated', detail };
}

async function authenticating(options?: Parameters<typeof identity>[0]) {
  const { authenticator } = await identity(options);
  return (peer: Peer, token?: string) => authenticator.authenticate(peer, token === undefined ? {} : { token });
}

describe('a uid', () => {
  test('leads to its principal, with the facts of the kernel and frozen throughout', async () => {
    const authenticate = await authenticating();
    const { principal, credentialId, expiresAt: expiry } = await authenticate(unix(1000));
    expect(principal).toEqual({
      id: 'alice',
      kind: 'person',
      roles: ['Auditor', 'Officer', 'Operator'],
      groups: ['ops'],
      credential: { kind: 'unix-peer', subject: 'uid:1000', uid: 1000, gid: 1000, pid: 7 },
    });
    expect([credentialId, expiry]).toEqual(['uid:1000', undefined]);
    for (const part of [principal, principal.roles, principal.groups, principal.credential]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
    expect((await authenticate(unix(2000))).principal).toMatchObject({
      id: 'billing',
      kind: 'workload',
      owner: 'alice',
    });
  });

  test('that nobody has is refused, root and the highest included', async () => {
    const authenticate = await authenticating();
    for (const uid of [0, 1, 999, 1001, 0xffff_fffe]) {
      await expect(authenticate(unix(uid))).rejects.toMatchObject(refused(`uid ${uid}`));
    }
    await expect(authenticate(unix())).rejects.toMatchObject(refused('socket main without peer credentials'));
  });

  test('of every unmapped user never authenticates, not even on an own socket or with a token', async () => {
    const authenticate = await authenticating();
    for (const uid of overflowUids()) {
      const refusal = refused(`uid ${uid} stands for every unmapped user`);
      await expect(authenticate(unix(uid))).rejects.toMatchObject(refusal);
      await expect(authenticate(unix(uid, 'billing'))).rejects.toMatchObject(refusal);
      await expect(authenticate(unix(uid), tokens.alice.token)).rejects.toMatchObject(refusal);
      await expect(authenticate(unix(uid, 'billing'), tokens.billing.token)).rejects.toMatchObject(refusal);
    }
    expect(overflowUids()).toContain(65_534);
    expect(overflowUids('/no/such/file')).toEqual(new Set([65_534]));
  });

  test('may demand gid, executable and cgroup; what the kernel did not tell does not fit', async () => {
    const rule = { uid: 3000, gid: 30, executable: '/usr/bin/pay', cgroup: '/pay.slice' };
    const pay: PrincipalRecord = { id: 'pay', kind: 'workload', roles: [], credentials: [rule] };
    const authenticate = await authenticating({ principals: [pay], groups: [] });
    const facts = { uid: 3000, gid: 30, pid: 7, executable: '/usr/bin/pay', cgroup: '/pay.slice/a.service' };
    const { principal } = await authenticate(unix(3000, 'main', facts));
    expect(principal).toMatchObject({ id: 'pay', credential: { kind: 'unix-peer', subject: 'uid:3000', ...facts } });
    for (const change of [
      { gid: 31 },
      { executable: '/usr/bin/pay (deleted)' },
      { executable: undefined },
      { cgroup: '/pay.slices' },
      { cgroup: '/' },
      { cgroup: undefined },
    ]) {
      const peer = unix(3000, 'main', { ...facts, ...change });
      await expect(authenticate(peer), JSON.stringify(change)).rejects.toMatchObject(refused('uid 3000'));
    }
  });

  test('may belong to several principals that run different programs', async () => {
    const of = (id: string): PrincipalRecord => ({
      id,
      kind: 'workload',
      roles: [],
      credentials: [{ uid: 3000, executable: `/usr/bin/${id}` }],
    });
    const authenticate = await authenticating({ principals: [of('a'), of('b')], groups: [] });
    for (const id of ['a', 'b']) {
      const peer = unix(3000, 'main', { executable: `/usr/bin/${id}` });
      expect((await authenticate(peer)).principal.id).toBe(id);
    }
    await expect(authenticate(unix(3000))).rejects.toMatchObject(refused('uid 3000'));
  });
});

describe('a token', () => {
  test('leads to its principal over websocket, and is needed there', async () => {
    const authenticate = await authenticating();
    const { principal, credentialId } = await authenticate(webSocket, tokens.alice.token);
    const hex = Buffer.from(tokens.alice.sha256, 'base64url').toString('hex');
    expect(principal).toMatchObject({
      id: 'alice',
      credential: { kind: 'token', subject: `token:${hex.slice(0, 12)}` },
    });
    expect(credentialId).toBe(`token:${tokens.alice.sha256}`);
    await expect(authenticate(webSocket)).rejects.toMatchObject(refused('a token is needed over websocket'));
    const remote: Peer = { transport: 'websocket', remoteAddress: '192.0.2.1' };
    await expect(authenticate(remote, tokens.alice.token)).rejects.toMatchObject(
      refused('address 192.0.2.1 is not loopback'),
    );
  });

  test('that is wrong or expired is refused alike', async () => {
    const authenticate = await authenticating();
    const later = await authenticating({ now: () => Date.parse(expiresAt) });
    const refusal = refused('token is not valid');
    const { token, sha256 } = tokens.alice;
    const wrong = [
      '',
      ' ',
      token.slice(1),
      `${token}\n`,
      `${token} `,
      token.toLowerCase(),
      sha256,
      createToken().token,
      `${token}.${token}.${token}`,
      'a'.repeat(16_385),
    ];
    for (const peer of [webSocket, unix(1000), unix(2000, 'billing')]) {
      for (const one of wrong) await expect(authenticate(peer, one), one).rejects.toMatchObject(refusal);
      await expect(later(peer, tokens.expiring.token)).rejects.toMatchObject(refusal);
    }
  });

  test('tells when it expires', async () => {
    const just = await authenticating({ now: () => Date.parse(expiresAt) - 1 });
    expect((await just(webSocket, tokens.expiring.token)).expiresAt).toBe(Date.UTC(2027, 0, 31));
    expect((await just(unix(2000), tokens.expiring.token)).expiresAt).toBe(Date.UTC(2027, 0, 31));
    expect((await just(webSocket, tokens.billing.token)).expiresAt).toBeUndefined();
  });

  test('never stands in for the kernel on a unix socket', async () => {
    const authenticate = await authenticating();
    expect((await authenticate(unix(1000), tokens.alice.token)).principal).toMatchObject({
      id: 'alice',
      credential: { kind: 'token', uid: 1000 },
    });
    await expect(authenticate(unix(3000), tokens.alice.token)).rejects.toMatchObject(refused('uid 3000'));
    await expect(authenticate(unix(), tokens.alice.token)).rejects.toMatchObject(
      refused('socket main without peer credentials'),
    );
    // On an own socket the token says more than the socket, so the kernel must know its bearer.
    await expect(authenticate(unix(3000, 'billing'), tokens.billing.token)).rejects.toMatchObject(refused('uid 3000'));
  });
});

describe('a socket of its own', () => {
  test('is the credential where it is trusted, with and without peer credentials', async () => {
    const authenticate = await authenticating();
    const credential = { kind: 'socket', subject: 'socket:billing' };
    const billingOf = async (...what: Parameters<typeof authenticate>) => (await authenticate(...what)).principal;
    expect(await billingOf(unix(undefined, 'billing'))).toMatchObject({ id: 'billing', credential });
    expect(await billingOf(unix(2000, 'billing'))).toMatchObject({ id: 'billing', credential });
    expect(await billingOf(unix(3000, 'billing'))).toMatchObject({ credential: { ...credential, uid: 3000 } });
    expect(await billingOf(unix(undefined, 'billing'), tokens.billing.token)).toMatchObject({
      id: 'billing',
      credential: { kind: 'token' },
    });
  });

  test('must be a trusted listener: a file is refused, a record waits', async () => {
    const stray = { code: 'config_invalid', detail: 'socket:billing names no listener of one identity' };
    await expect(identity({ trustedSockets: ['main'] })).rejects.toMatchObject(stray);
    const authenticate = await authenticating({ trustedSockets: [], governance: 'records' });
    await expect(authenticate(unix(undefined, 'billing'))).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});

describe('a client certificate', () => {
  const own = { spiffe: 'spiffe://example.org/billing', subject: 'O=SPIRE' };

  test('leads to its principal by its SPIFFE id or its subject, from any address, until it ends', async () => {
    const authenticate = await authenticating();
    const spiffe = await authenticate(certified(own));
    expect(spiffe.principal).toMatchObject({
      id: 'billing',
      credential: { kind: 'certificate', subject: 'spiffe://example.org/billing', thumbprint: 't' },
    });
    expect([spiffe.expiresAt, spiffe.credentialId]).toEqual([5_000, 'certificate:t']);
    expect((await authenticate(certified({ subject: 'CN=alice' }))).principal).toMatchObject({
      id: 'alice',
      credential: { kind: 'certificate', subject: 'certificate:CN=alice' },
    });
    await expect(authenticate(certified(own, 0))).rejects.toMatchObject(refused('certificate has expired'));
  });

  test('of nobody is refused, and one with a SPIFFE id is nothing else', async () => {
    const authenticate = await authenticating();
    for (const certificate of [
      { spiffe: 'spiffe://example.org/billing/x', subject: 'CN=alice' },
      { spiffe: 'spiffe://example.com/billing', subject: 'CN=alice' },
      { subject: 'CN=alice,O=Other' },
      { subject: 'spiffe://example.org/billing' },
    ]) {
      const peer = certified(certificate);
      await expect(authenticate(peer)).rejects.toMatchObject({ code: 'unauthenticated' });
      // A token does not stand in for a certificate of nobody, even on this machine.
      const local = { ...peer, remoteAddress: '127.0.0.1' } as Peer;
      await expect(authenticate(local, tokens.alice.token)).rejects.toMatchObject({ code: 'unauthenticated' });
    }
  });

  test('and a token beside it must lead to the same principal', async () => {
    const authenticate = await authenticating();
    const { principal, expiresAt: expiry } = await authenticate(certified(own), tokens.billing.token);
    expect(principal).toMatchObject({ id: 'billing', credential: { kind: 'token', thumbprint: 't' } });
    expect(expiry).toBe(5_000);
    await expect(authenticate(certified(own), tokens.alice.token)).rejects.toMatchObject(
      refused('credentials belong to different principals'),
    );
    await expect(authenticate(certified(own), 'x')).rejects.toMatchObject(refused('token is not valid'));
  });
});

test('credentials of two principals never mix', async () => {
  const authenticate = await authenticating();
  const refusal = refused('credentials belong to different principals');
  // A token of another principal on a uid, on an own socket, and a uid of another principal on an own socket.
  await expect(authenticate(unix(1000), tokens.billing.token)).rejects.toMatchObject(refusal);
  await expect(authenticate(unix(2000), tokens.alice.token)).rejects.toMatchObject(refusal);
  await expect(authenticate(unix(undefined, 'billing'), tokens.alice.token)).rejects.toMatchObject(refusal);
  await expect(authenticate(unix(1000, 'billing'))).rejects.toMatchObject(refusal);
  await expect(authenticate(unix(1000, 'billing'), tokens.billing.token)).rejects.toMatchObject(refusal);
  await expect(authenticate(unix(1000, 'billing'), tokens.alice.token)).rejects.toMatchObject(refusal);
});

test('a disabled principal is refused, whatever it presents', async () => {
  const authenticate = await authenticating({ principals: [alice, { ...billing, disabled: true }] });
  const refusal = refused('the principal is disabled');
  await expect(authenticate(unix(2000))).rejects.toMatchObject(refusal);
  await expect(authenticate(unix(2000, 'billing'), tokens.billing.token)).rejects.toMatchObject(refusal);
  await expect(authenticate(webSocket, tokens.billing.token)).rejects.toMatchObject(refusal);
  // Its uid still belongs to nobody else.
  await expect(authenticate(unix(2000), tokens.alice.token)).rejects.toMatchObject({ code: 'unauthenticated' });
});
