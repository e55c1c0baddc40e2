import {
  createHash,
  createHmac,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  randomUUID,
  sign,
} from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WireResponse } from '../wire/wire-client.ts';
import { approver, personRecord } from './approvers.ts';
import { Assembly, codeOf } from './assembly.ts';
import { LiveSidecar, liveSidecar, writeConfig } from './live-sidecar.ts';
import { tokenOf } from './principals.ts';
import { WebSocketClient } from './websocket-client.ts';

interface IssuerKey {
  readonly alg: string;
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly jwk: object;
}

function issuerKey(alg: 'EdDSA' | 'ML-DSA-65', kid: string): IssuerKey {
  const { privateKey, publicKey } = alg === 'EdDSA' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ml-dsa-65');
  return { alg, kid, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' } };
}

const classical = issuerKey('EdDSA', 'ci-1');
const quantumSafe = issuerKey('ML-DSA-65', 'ci-2');
const ofOther = issuerKey('EdDSA', 'other-1');

const issuers = [
  { name: 'ci', issuer: 'https://ci.example', audience: ['ferrohsm'], jwksFile: 'ci.jwks.json' },
  {
    ...{ name: 'other', issuer: 'https://other.example', audience: ['ferrohsm'] },
    ...{ jwks: { keys: [ofOther.jwk] }, clockToleranceSeconds: 0 },
  },
];

const ada = approver('ada');
const olga = approver('olga');

function workload(id: string, credential: object) {
  return { id, kind: 'workload', owner: 'ada', roles: ['Service'], credentials: [credential] };
}

const sidecar = liveSidecar({
  arguments: ['--websocket', '127.0.0.1:0'],
  prepare: (folders) => {
    const principals = [
      personRecord(ada, ['Administrator', 'Auditor']),
      personRecord(olga, ['Officer']),
      workload('build', { issuer: 'ci', subject: 'build' }),
      workload('short', { issuer: 'other', subject: 'short' }),
      { ...workload('robot', {}), credentials: [] },
    ];
    writeConfig(folders, 'principals.json', JSON.stringify({ principals }));
    writeConfig(folders, 'issuers.json', JSON.stringify({ issuers }));
    writeConfig(folders, 'ci.jwks.json', JSON.stringify({ keys: [classical.jwk, quantumSafe.jwk] }));
  },
});
const assembly = new Assembly(sidecar);
beforeAll(() => assembly.join('ada', 'olga'));
afterAll(() => assembly.leave());

const seconds = () => Math.floor(Date.now() / 1000);
const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');

/** Claims of a good token; what is undefined is left out. */
function claims(change: object = {}): object {
  const iat = seconds();
  return {
    iss: 'https://ci.example',
    aud: 'ferrohsm',
    sub: 'build',
    iat,
    exp: iat + 300,
    jti: randomUUID(),
    ...change,
  };
}

/** A JWT (RFC 7519) made without any library. */
function token({ alg, kid, privateKey }: IssuerKey, payload: object = claims(), header: object = {}): string {
  const input = `${encode({ alg, kid, typ: 'JWT', ...header })}.${encode(payload)}`;
  return `${input}.${sign(null, Buffer.from(input), privateKey).toString('base64url')}`;
}

/** A connection that says hello; one that is told to slow down says it again. */
async function greet(params: object): Promise<{ client: WebSocketClient; answer: WireResponse }> {
  for (;;) {
    const client = await WebSocketClient.connect(sidecar.process.url as string);
    const answer = await client.hello(params);
    const { code, retryAfterMs } = (answer.error?.data ?? {}) as { code?: string; retryAfterMs?: number };
    if (code !== 'rate_limited') return { client, answer };
    client.close();
    await delay(retryAfterMs);
  }
}

async function outcomeOf(params: object): Promise<string> {
  const { client, answer } = await greet(params);
  client.close();
  return codeOf(answer);
}

describe('a JWT of a trusted issuer', () => {
  test.each([classical, quantumSafe])('signed with $alg is a principal', async (key) => {
    const jwt = token(key);
    const { client, answer } = await greet({ token: jwt });
    expect(answer.result).toMatchObject({ principal: { id: 'build', kind: 'workload', roles: ['Service'] } });
    expect(await codeOf(client.call('system.random', { length: 8 }))).toBe('ok');
    client.close();
  });

  const publicBytes = () => Buffer.from((classical.jwk as { x: string }).x, 'base64url');
  const confusions: [string, () => string][] = [
    ['for another audience', () => token(classical, claims({ aud: 'another' }))],
    ['without an audience', () => token(classical, claims({ aud: undefined }))],
    ['of an unknown issuer', () => token(classical, claims({ iss: 'https://ci.example.net' }))],
    ['of another issuer’s key', () => token(ofOther)],
    ['of another issuer’s key under its own kid', () => token({ ...ofOther, kid: classical.kid })],
    ['that has expired', () => token(classical, claims({ iat: seconds() - 600, exp: seconds() - 60 }))],
    ['that is not valid yet', () => token(classical, claims({ nbf: seconds() + 120 }))],
    ['that lives longer than an hour', () => token(classical, claims({ exp: seconds() + 7200 }))],
    ['for nobody here', () => token(classical, claims({ sub: 'stranger' }))],
    ['with the algorithm none', () => `${encode({ alg: 'none', typ: 'JWT' })}.${encode(claims())}.`],
    ['with the algorithm of the other key', () => token(classical, claims(), { alg: 'ML-DSA-65' })],
    ['of another type', () => token(classical, claims(), { typ: 'ferrohsm-approval+jws' })],
    [
      'with HS256 and the public key as secret',
      () => {
        const input = `${encode({ alg: 'HS256', kid: classical.kid, typ: 'JWT' })}.${encode(claims())}`;
        return `${input}.${createHmac('sha256', publicBytes()).update(input).digest('base64url')}`;
      },
    ],
    [
      'whose claims were changed',
      () => {
        const [header, , signature] = token(classical).split('.');
        return `${header}.${encode(claims({ sub: 'short' }))}.${signature}`;
      },
    ],
  ];
  test.each(confusions)('%s is refused', async (_, make) => {
    const { client, answer } = await greet({ token: make() });
    expect(answer.error?.data.code).toBe('unauthenticated');
    expect(JSON.stringify(answer.error)).not.toMatch(/audience|issuer|expired|build/);
    client.close();
  });

  test('ends its session when it is revoked, and opens none any more', async () => {
    const jti = randomUUID();
    const jwt = token(classical, claims({ jti }));
    const { client } = await greet({ token: jwt });
    const { client: other } = await greet({ token: token(classical) });
    const answer = await assembly.change('ada', 'tokens.revoke', { issuer: 'ci', jti });
    expect(answer.result).toEqual({ sessions: 1 });
    await client.closed;
    expect(await outcomeOf({ token: jwt })).toBe('unauthenticated');
    expect(await codeOf(other.call('system.random', { length: 8 }))).toBe('ok');
    other.close();

    await sidecar.kill();
    await sidecar.start();
    await assembly.join('ada', 'olga');
    expect(await outcomeOf({ token: jwt })).toBe('unauthenticated');
  });

  test('ends its session when it expires', async () => {
    const iat = seconds();
    const short = { iss: 'https://other.example', sub: 'short', iat, exp: iat + 2 };
    const { client, answer } = await greet({ token: token(ofOther, claims(short)) });
    expect(await codeOf(answer)).toBe('ok');
    await client.closed;
    expect(seconds()).toBeGreaterThanOrEqual(iat + 2);
  });

  test('is verified by the keys that the file holds now', async () => {
    const next = issuerKey('EdDSA', 'ci-3');
    expect(await outcomeOf({ token: token(next) })).toBe('unauthenticated');
    writeConfig(sidecar.folders, 'ci.jwks.json', JSON.stringify({ keys: [next.jwk] }));
    await expect.poll(() => outcomeOf({ token: token(next) }), { timeout: 20_000 }).toBe('ok');
    expect(await outcomeOf({ token: token(classical) })).toBe('unauthenticated');
  });
});

describe('an invitation', () => {
  const newToken = () => randomBytes(32).toString('base64url');
  const sha256 = (text: string) => createHash('sha256').update(text).digest('base64url');
  const enrolling = (invitation: string, text: string) => ({
    token: text,
    enrolment: { invitation, tokenSha256: sha256(text) },
  });

  async function invite(): Promise<string> {
    const { result } = await assembly.agreed('ada', 'tokens.invite', { principal: 'robot' }, [olga]);
    return (result as { enrolment: string }).enrolment;
  }

  test('registers one token that its bearer made', async () => {
    const text = newToken();
    const invitation = await invite();
    const { client, answer } = await greet(enrolling(invitation, text));
    expect(answer.result).toMatchObject({ principal: { id: 'robot' } });
    client.close();
    expect(await outcomeOf({ token: text })).toBe('ok');
    expect(await outcomeOf(enrolling(invitation, newToken()))).toBe('unauthenticated');

    const { client: working } = await greet({ token: text });
    const revoked = await assembly.change('ada', 'tokens.revoke', { tokenSha256: sha256(text) });
    expect(revoked.result).toEqual({ sessions: 1 });
    await working.closed;
    expect(await outcomeOf({ token: text })).toBe('unauthenticated');
    expect(await outcomeOf(enrolling(invitation, text))).toBe('unauthenticated');
  });

  test('is redeemed once by 16 who try at the same time', async () => {
    const invitation = await invite();
    const codes = await Promise.all(Array.from({ length: 16 }, () => outcomeOf(enrolling(invitation, newToken()))));
    expect(codes.toSorted()).toEqual(['ok', ...Array.from({ length: 15 }, () => 'unauthenticated')]);
  });

  test('is made by an administrator whom another person supports, and stands nowhere in clear', async () => {
    const wish = { principal: 'robot' };
    expect(await codeOf(assembly.change('ada', 'tokens.invite', wish))).toBe('approval_required');
    expect(await codeOf(assembly.change('olga', 'tokens.invite', wish))).toBe('permission_denied');
    const invitation = await invite();
    const records = await assembly.records('ada');
    expect(records.map(({ operation }) => operation)).toContain('tokens.redeem');
    expect(JSON.stringify(records)).not.toContain(invitation);
  });
});

interface SessionInfo {
  readonly id: string;
  readonly principal: string;
}

describe('a session', () => {
  test('is seen and ended by an administrator', async () => {
    const { client, answer } = await greet({ token: tokenOf('olga') });
    const { session } = answer.result as { session: string };
    const { result } = await assembly.ask('ada', 'session.list');
    const { sessions } = result as { sessions: SessionInfo[] };
    expect(sessions.find(({ id }) => id === session)).toMatchObject({ principal: 'olga', transport: 'websocket' });
    expect(await codeOf(assembly.change('olga', 'session.revoke', { session }))).toBe('permission_denied');
    expect(await codeOf(assembly.change('ada', 'session.revoke', { session }))).toBe('ok');
    await client.closed;
    expect(await codeOf(assembly.change('ada', 'session.revoke', { session }))).toBe('not_found');
    expect(await codeOf(assembly.ask('olga', 'session.whoami'))).toBe('ok');
  });

  async function withSidecar(words: readonly string[], use: (url: string) => Promise<void>): Promise<void> {
    const limited = new LiveSidecar(['--websocket', '127.0.0.1:0', ...words]);
    try {
      const principals = [personRecord(ada, ['Administrator'])];
      writeConfig(limited.folders, 'principals.json', JSON.stringify({ principals }));
      await limited.start();
      await use(limited.process.url as string);
    } finally {
      await limited.discard();
    }
  }

  /** Calls until the promise is settled or the connection has gone. */
  async function callUntil(client: WebSocketClient, settled: Promise<unknown>): Promise<void> {
    let isSettled = false;
    settled.then(() => {
      isSettled = true;
    });
    while (!isSettled && (await codeOf(client.call('system.random', { length: 1 })).catch(() => 'gone')) === 'ok');
  }

  test('that is idle ends, one that works does not', () =>
    withSidecar(['--session-idle', '3'], async (url) => {
      const idle = await WebSocketClient.open(url, tokenOf('ada'));
      const busy = await WebSocketClient.open(url, tokenOf('ada'));
      await callUntil(busy, idle.closed);
      expect(await codeOf(busy.call('system.random', { length: 1 }))).toBe('ok');
      busy.close();
    }));

  test('that waits for an answer is not idle', () =>
    withSidecar(['--session-idle', '2'], async (url) => {
      const client = await WebSocketClient.open(url, tokenOf('ada'));
      const answer = await client.call('approvals.events', { timeoutMs: 5000 });
      expect(answer.result).toMatchObject({ events: [] });
      client.close();
    }));

  test('ends after its longest time, however busy it is', () =>
    withSidecar(['--session-max', '2'], async (url) => {
      const busy = await WebSocketClient.open(url, tokenOf('ada'));
      await callUntil(busy, busy.closed);
      await busy.closed;
    }));
});
