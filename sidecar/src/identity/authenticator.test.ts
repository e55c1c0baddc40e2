import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type AuthenticatorOptions, createAuthenticator, type Peer } from './authenticator.ts';
import { overflowUids } from './overflow-uid.ts';
import { parsePrincipals } from './principals.ts';
import { createToken } from './test-token.ts';

const tokens = { alice: createToken(), billing: createToken(), expiring: createToken() };
const expiresAt = '2027-01-31T00:00:00Z';

const principals = parsePrincipals(
  JSON.stringify({
    principals: [
      {
        id: 'alice',
        kind: 'person',
        roles: ['Officer', 'Auditor', 'Officer'],
        credentials: [{ uid: 1000 }, { tokenSha256: tokens.alice.sha256 }],
      },
      {
        id: 'billing',
        kind: 'workload',
        roles: ['Service'],
        owner: 'alice',
        credentials: [
          { uid: 2000 },
          { socket: 'billing' },
          { tokenSha256: Buffer.from(tokens.billing.sha256, 'base64url').toString('hex') },
          { tokenSha256: tokens.expiring.sha256, expiresAt },
        ],
      },
    ],
  }),
);

function authenticator(options: Partial<AuthenticatorOptions> = {}) {
  return createAuthenticator({ principals, trustedSockets: ['billing'], now: () => 0, ...options });
}

function unix(uid?: number, socket = 'main'): Peer {
  return { transport: 'unix', socket, ...(uid !== undefined && { uid, gid: uid, pid: 7 }) };
}

const webSocket: Peer = { transport: 'websocket', remoteAddress: '127.0.0.1' };
const { authenticate } = authenticator();

function refused(detail: string) {
  return expect.objectContaining({ code: 'unauthenticated', detail });
}

describe('a uid', () => {
  test('leads to its principal, with the facts of the kernel and frozen throughout', () => {
    const principal = authenticate(unix(1000));
    expect(principal).toEqual({
      id: 'alice',
      kind: 'person',
      roles: ['Officer', 'Auditor'],
      credential: { kind: 'unix-peer', subject: 'uid:1000', uid: 1000, gid: 1000, pid: 7 },
    });
    for (const part of [principal, principal.roles, principal.credential]) expect(Object.isFrozen(part)).toBe(true);
    expect(authenticate(unix(2000))).toMatchObject({ id: 'billing', kind: 'workload', owner: 'alice' });
  });

  test('that nobody has is refused, root and the highest included', () => {
    for (const uid of [0, 1, 999, 1001, 0xffff_fffe]) {
      expect(() => authenticate(unix(uid))).toThrow(refused(`uid ${uid}`));
    }
    expect(() => authenticate(unix())).toThrow(refused('socket main without peer credentials'));
  });

  test('of every unmapped user never authenticates, not even on an own socket or with a token', () => {
    for (const uid of overflowUids()) {
      const refusal = refused(`uid ${uid} stands for every unmapped user`);
      expect(() => authenticate(unix(uid))).toThrow(refusal);
      expect(() => authenticate(unix(uid, 'billing'))).toThrow(refusal);
      expect(() => authenticate(unix(uid), tokens.alice.token)).toThrow(refusal);
      expect(() => authenticate(unix(uid, 'billing'), tokens.billing.token)).toThrow(refusal);
    }
    expect(overflowUids()).toContain(65_534);
    expect(overflowUids('/no/such/file')).toEqual(new Set([65_534]));
  });
});

describe('a token', () => {
  test('leads to its principal over a loopback websocket', () => {
    const subject = `token:${createHash('sha256').update(tokens.billing.token).digest('hex').slice(0, 12)}`;
    expect(authenticate(webSocket, tokens.billing.token)).toMatchObject({
      id: 'billing',
      credential: { kind: 'token', subject },
    });
    for (const remoteAddress of ['127.0.0.1', '127.3.2.1', '::1', '::ffff:127.0.0.1', '::FFFF:127.0.0.1']) {
      expect(authenticate({ transport: 'websocket', remoteAddress }, tokens.alice.token).id).toBe('alice');
    }
  });

  test('is needed there, and no other address is let in with one', () => {
    expect(() => authenticate(webSocket)).toThrow(refused('a token is needed over websocket'));
    const others = ['10.0.0.1', '128.0.0.1', '::', '::2', '::ffff:10.0.0.1', '127.0.0.1.evil.example', '127.1', ''];
    for (const remoteAddress of others) {
      expect(() => authenticate({ transport: 'websocket', remoteAddress }, tokens.alice.token), remoteAddress).toThrow(
        refused(`address ${remoteAddress} is not loopback`),
      );
    }
  });

  test('that is wrong, expired, empty or a digest is refused in the same words', () => {
    const { authenticate: later } = authenticator({ now: () => Date.parse(expiresAt) });
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
    ];
    for (const peer of [webSocket, unix(1000), unix(2000, 'billing')]) {
      for (const one of wrong) expect(() => authenticate(peer, one), one).toThrow(refusal);
      expect(() => later(peer, tokens.expiring.token)).toThrow(refusal);
    }
  });

  test('tells when it expires, and the principal it gives does with it', () => {
    const just = authenticator({ now: () => Date.parse(expiresAt) - 1 });
    const principal = just.authenticate(webSocket, tokens.expiring.token);
    expect(just.expiryOf(principal)).toBe(Date.UTC(2027, 0, 31));
    expect(just.expiryOf(just.authenticate(webSocket, tokens.billing.token))).toBeUndefined();
    expect(just.expiryOf(just.authenticate(unix(2000)))).toBeUndefined();
    expect(just.expiryOf(just.authenticate(unix(2000), tokens.expiring.token))).toBe(Date.UTC(2027, 0, 31));
  });

  test('never stands in for the kernel on a unix socket', () => {
    expect(authenticate(unix(1000), tokens.alice.token)).toMatchObject({
      id: 'alice',
      credential: { kind: 'token', uid: 1000 },
    });
    expect(() => authenticate(unix(3000), tokens.alice.token)).toThrow(refused('uid 3000'));
    expect(() => authenticate(unix(), tokens.alice.token)).toThrow(refused('socket main without peer credentials'));
  });
});

describe('a socket of its own', () => {
  test('is the credential where it is trusted, with and without peer credentials', () => {
    const credential = { kind: 'socket', subject: 'socket:billing' };
    expect(authenticate(unix(undefined, 'billing'))).toMatchObject({ id: 'billing', credential });
    expect(authenticate(unix(2000, 'billing'))).toMatchObject({ id: 'billing', credential });
    expect(authenticate(unix(3000, 'billing'))).toMatchObject({
      id: 'billing',
      credential: { ...credential, uid: 3000 },
    });
    expect(authenticate(unix(undefined, 'billing'), tokens.billing.token)).toMatchObject({
      id: 'billing',
      credential: { kind: 'token' },
    });
  });

  test('must be a trusted listener, or the configuration is refused', () => {
    expect(() => authenticator({ trustedSockets: ['main'] })).toThrow(
      expect.objectContaining({ code: 'config_invalid', detail: 'socket:billing names no listener of one identity' }),
    );
  });
});

test('credentials of two principals never mix', () => {
  const refusal = refused('credentials belong to different principals');
  // A token of another principal on a uid, on an own socket, and a uid of another principal on an own socket.
  expect(() => authenticate(unix(1000), tokens.billing.token)).toThrow(refusal);
  expect(() => authenticate(unix(2000), tokens.alice.token)).toThrow(refusal);
  expect(() => authenticate(unix(undefined, 'billing'), tokens.alice.token)).toThrow(refusal);
  expect(() => authenticate(unix(1000, 'billing'))).toThrow(refusal);
  expect(() => authenticate(unix(1000, 'billing'), tokens.billing.token)).toThrow(refusal);
  expect(() => authenticate(unix(1000, 'billing'), tokens.alice.token)).toThrow(refusal);
});

test('the same credential of two principals is refused', () => {
  const [alice, billing] = principals;
  if (alice === undefined || billing === undefined) throw new Error('two principals');
  for (const credential of alice.credentials) {
    const thief = { ...billing, credentials: [...billing.credentials, credential] };
    expect(() => authenticator({ principals: [alice, thief] })).toThrow(/is claimed twice/);
  }
});

test('describe names every credential and holds no digest', () => {
  const described = authenticator().describe();
  expect(described.map(({ id }) => id)).toEqual(['alice', 'billing']);
  expect(described[1]?.credentials.slice(0, 2)).toEqual(['uid:2000', 'socket:billing']);
  const text = JSON.stringify(described);
  for (const { sha256 } of Object.values(tokens)) {
    expect(text).not.toContain(sha256);
    expect(text).not.toContain(Buffer.from(sha256, 'base64url').toString('hex'));
  }
});
