import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PrincipalRecord } from '../generated/types.ts';
import type { Peer } from './authenticator.ts';
import { testDocuments, testIdentity } from './test-identity.ts';
import { createToken } from './test-token.ts';

const ci: PrincipalRecord = { id: 'ci', kind: 'workload', roles: ['Service'], credentials: [] };
const dana: PrincipalRecord = { id: 'dana', kind: 'person', roles: [], credentials: [] };
const webSocket: Peer = { transport: 'websocket', remoteAddress: '::1' };
const refused = { code: 'unauthenticated', detail: 'enrolment token is not valid' };

let made = 0;
function request(requestId = `r-${++made}`) {
  return { requestId, requestDigest: `digest of ${requestId}`, principal: 'admin' };
}

async function identity(options: Partial<Parameters<typeof testIdentity>[0]> = {}) {
  const clock = { now: 1_000_000 };
  const parts = await testIdentity({ principals: [ci, dana], now: () => clock.now, ...options });
  const invite = async (wish = {}, as = request()) => {
    const { enrolment, expiresAt } = await parts.tokens.invite({ principal: 'ci', ...wish }, as);
    return { invitation: enrolment.bytes.toString('base64url'), expiresAt };
  };
  return { ...parts, clock, invite };
}

test('an invitation registers one token of the client’s own making', async () => {
  const { tokens, authenticator, invite, recordings, clock, documents } = await identity();
  const { invitation, expiresAt } = await invite({ tokenSeconds: 60 });
  expect(invitation).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(expiresAt).toBe(clock.now + 3_600_000);
  const { token, sha256 } = createToken();
  await tokens.redeem({ invitation, tokenSha256: sha256 });
  expect(recordings).toEqual(['tokens.redeem ci']);
  const own = await authenticator.authenticate(webSocket, { token });
  expect(own).toMatchObject({
    principal: { id: 'ci' },
    expiresAt: clock.now + 60_000,
    credentialId: `token:${sha256}`,
  });
  clock.now += 60_000;
  expect(authenticator.isCurrent(own)).toBe(false);
  await expect(authenticator.authenticate(webSocket, { token })).rejects.toMatchObject({ code: 'unauthenticated' });
  // Neither token nor invitation is stored, only digests.
  const stored = JSON.stringify([
    await documents.list('token', { limit: 10 }),
    await documents.list('invitation', { limit: 10 }),
  ]);
  expect(stored).toContain(sha256);
  expect(stored).not.toContain(token);
  expect(stored).not.toContain(invitation);
  expect(stored).toContain(createHash('sha256').update(Buffer.from(invitation, 'base64url')).digest('base64url'));
});

test('property: 64 concurrent redeems register exactly one token', async () => {
  const { tokens, invite, directory } = await identity();
  const oneOfMany = fc.asyncProperty(fc.integer({ min: 0, max: 63 }), async (repeatedAt) => {
    const { invitation } = await invite();
    const own = Array.from({ length: 64 }, () => createToken().sha256);
    own[repeatedAt] = own[0] ?? '';
    const attempts = await Promise.allSettled(own.map((tokenSha256) => tokens.redeem({ invitation, tokenSha256 })));
    const registered = own.filter((sha256) => tokens.ofToken(sha256) !== undefined);
    expect(new Set(registered).size).toBe(1);
    expect(attempts.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThanOrEqual(1);
    for (const attempt of attempts) if (attempt.status === 'rejected') expect(attempt.reason).toMatchObject(refused);
  });
  await fc.assert(oneOfMany, { numRuns: 20 });
  expect(directory().record('ci')).toEqual(ci);
});

test('a redeem that is repeated, because its answer was lost, is as good; with another token it is not', async () => {
  const { tokens, invite } = await identity();
  const { invitation } = await invite();
  const { sha256: tokenSha256 } = createToken();
  await tokens.redeem({ invitation, tokenSha256 });
  await tokens.redeem({ invitation, tokenSha256 });
  await expect(tokens.redeem({ invitation, tokenSha256: createToken().sha256 })).rejects.toMatchObject(refused);
});

test('a stranger with a wrong invitation leaves no record', async () => {
  const { tokens, invite, recordings, clock } = await identity();
  const { invitation } = await invite();
  const { sha256: tokenSha256 } = createToken();
  const wrong = [createToken().token, invitation.slice(1), `${invitation}=`, '', invitation.toUpperCase()];
  for (const one of wrong) await expect(tokens.redeem({ invitation: one, tokenSha256 })).rejects.toMatchObject(refused);
  for (const one of ['', 'a', 'a'.repeat(64), `${'A'.repeat(42)}B`]) {
    await expect(tokens.redeem({ invitation, tokenSha256: one })).rejects.toMatchObject(refused);
  }
  expect(recordings).toEqual([]);
  clock.now += 3_600_000;
  await expect(tokens.redeem({ invitation, tokenSha256 })).rejects.toMatchObject(refused);
});

test('a token that someone has already cannot be registered, nor for a disabled or unknown principal', async () => {
  const { tokens, invite, directory, switchTo } = await identity();
  const { sha256: own } = createToken();
  const first = await invite();
  await tokens.redeem({ invitation: first.invitation, tokenSha256: own });
  const { invitation } = await invite({ principal: 'dana' });
  await expect(tokens.redeem({ invitation, tokenSha256: own })).rejects.toMatchObject(refused);
  const { sha256: configured } = createToken();
  switchTo(directory().with({ principal: { ...ci, credentials: [{ tokenSha256: configured }] } }));
  await expect(tokens.redeem({ invitation, tokenSha256: configured })).rejects.toMatchObject(refused);
  switchTo(directory().with({ principal: { ...dana, disabled: true } }));
  await expect(tokens.redeem({ invitation, tokenSha256: createToken().sha256 })).rejects.toMatchObject(refused);
  for (const principal of ['dana', 'nobody']) {
    await expect(invite({ principal })).rejects.toMatchObject({ code: 'not_found', detail: principal });
  }
});

test('a token that a record claims for someone else later is nobody’s any more', async () => {
  const { tokens, authenticator, invite, directory, switchTo } = await identity();
  const { invitation } = await invite();
  const { token, sha256 } = createToken();
  await tokens.redeem({ invitation, tokenSha256: sha256 });
  const own = await authenticator.authenticate(webSocket, { token });
  switchTo(directory().with({ principal: { ...dana, credentials: [{ tokenSha256: sha256 }] } }));
  expect(authenticator.isCurrent(own)).toBe(false);
  await expect(authenticator.authenticate(webSocket, { token })).rejects.toMatchObject({
    detail: 'token is not valid',
  });
});

test('an invitation that is asked for again replaces the first one, whose answer was lost', async () => {
  const { tokens, invite } = await identity();
  const as = request();
  const invitations = await Promise.all([invite({}, as), invite({}, as), invite({}, as)]);
  const last = await invite({}, as);
  expect(new Set([...invitations, last].map(({ invitation }) => invitation)).size).toBe(4);
  expect(last.expiresAt).toBe(invitations[0]?.expiresAt);
  const outcomes = await Promise.allSettled(
    [...invitations, last].map(({ invitation }) => tokens.redeem({ invitation, tokenSha256: createToken().sha256 })),
  );
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'fulfilled']);
  await expect(invite({}, as)).rejects.toMatchObject({ code: 'not_found', detail: 'the invitation is used up' });
});

test('a revoked token ends its sessions and is refused, also after a restart', async () => {
  const documents = await testDocuments();
  const { sha256: configured, token: configuredToken } = createToken();
  const principals = [{ ...ci, credentials: [{ tokenSha256: configured }] }, dana];
  const { tokens, authenticator, invite } = await identity({ documents, principals });
  const { invitation } = await invite();
  const { token, sha256 } = createToken();
  await tokens.redeem({ invitation, tokenSha256: sha256 });
  const identities = [
    await authenticator.authenticate(webSocket, { token }),
    await authenticator.authenticate(webSocket, { token: configuredToken }),
  ];
  const as = request();
  await tokens.revoke({ tokenSha256: sha256 }, as);
  await tokens.revoke({ tokenSha256: sha256 }, as);
  expect(identities.map(authenticator.isCurrent)).toEqual([false, true]);
  await tokens.revoke({ tokenSha256: configured }, request());
  expect(identities.map(authenticator.isCurrent)).toEqual([false, false]);
  const unknown = tokens.revoke({ tokenSha256: createToken().sha256 }, request());
  await expect(unknown).rejects.toMatchObject({ code: 'not_found' });
  const restarted = await identity({ documents, principals });
  for (const one of [token, configuredToken]) {
    await expect(restarted.authenticator.authenticate(webSocket, { token: one })).rejects.toMatchObject({
      detail: 'token is not valid',
    });
  }
});

test('tokens and invitations survive a restart, and go with their principal', async () => {
  const documents = await testDocuments();
  const first = await identity({ documents });
  const { invitation } = await first.invite();
  const open = await first.invite();
  const { token, sha256 } = createToken();
  await first.tokens.redeem({ invitation, tokenSha256: sha256 });
  const second = await identity({ documents });
  expect((await second.authenticator.authenticate(webSocket, { token })).principal.id).toBe('ci');
  // The file no longer names it: its tokens are gone for whoever gets its id later.
  const third = await identity({ documents, principals: [dana] });
  expect(third.recordings).toEqual(['tokens.forget ci']);
  const fourth = await identity({ documents });
  await expect(fourth.authenticator.authenticate(webSocket, { token })).rejects.toMatchObject({
    code: 'unauthenticated',
  });
  const late = fourth.tokens.redeem({ invitation: open.invitation, tokenSha256: createToken().sha256 });
  await expect(late).rejects.toMatchObject(refused);
});

test('a JWT stays revoked as long as any issuer could let it live', async () => {
  const documents = await testDocuments();
  const { tokens, clock } = await identity({ documents });
  await tokens.revoke({ issuer: 'ci', jti: 'one' }, request());
  expect(tokens.isRevoked({ issuer: 'ci', jti: 'one' })).toBe(true);
  expect(tokens.isRevoked({ issuer: 'other', jti: 'one' })).toBe(false);
  const restarted = await identity({ documents });
  expect(restarted.tokens.isRevoked({ issuer: 'ci', jti: 'one' })).toBe(true);
  clock.now += 86_400_000 + 599_000;
  await tokens.revoke({ issuer: 'ci', jti: 'two' }, request());
  expect(tokens.isRevoked({ issuer: 'ci', jti: 'one' })).toBe(true);
  clock.now += 1_000;
  await tokens.revoke({ issuer: 'ci', jti: 'three' }, request());
  const stored = await documents.list('revoked', { limit: 10 });
  expect(stored.map(({ id }) => id)).toEqual(['["ci","three"]', '["ci","two"]']);
});
