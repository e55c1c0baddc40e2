import { expect, test } from 'vitest';
import type { SessionInfo } from '../generated/types.ts';
import { testIdentity } from '../identity/test-identity.ts';
import { createToken } from '../identity/test-token.ts';
import type { Session } from '../request/context.ts';
import { createSessionList } from './session.list.ts';
import { createSessionRevoke } from './session.revoke.ts';
import { bob, callOf } from './test-directory.ts';
import { createTokensInvite } from './tokens.invite.ts';
import { createTokensRevoke } from './tokens.revoke.ts';

test('an invitation is answered once, as a secret, and leads to a token', async () => {
  const { tokens } = await testIdentity({ principals: [bob] });
  const invite = createTokensInvite(tokens, (id) => id === 'olga');
  const { enrolment, expiresAt } = await invite(
    { principal: 'bob', expiresInSeconds: 60, tokenSeconds: 120, requestId: 'r-1' },
    callOf('alice'),
  );
  expect([enrolment.length, expiresAt]).toEqual([32, 60_000]);
  expect(() => JSON.stringify({ enrolment })).toThrow('a Secret cannot be serialized');
  const { sha256 } = createToken();
  await tokens.redeem({ invitation: enrolment.bytes.toString('base64url'), tokenSha256: sha256 });
  expect(tokens.ofToken(sha256)).toMatchObject({ principal: 'bob', expiresAt: 120_000 });
  const unknown = invite({ principal: 'nobody', requestId: 'r-2' }, callOf('alice'));
  await expect(unknown).rejects.toMatchObject({ code: 'not_found' });
  const person = invite({ principal: 'olga', requestId: 'r-3' }, callOf('alice'));
  await expect(person).rejects.toMatchObject({ code: 'not_supported' });
});

test('a token is revoked by its digest, a JWT by issuer and jti, and stale sessions end', async () => {
  const { token, sha256 } = createToken();
  const { tokens, authenticator } = await testIdentity({
    principals: [{ ...bob, credentials: [{ tokenSha256: sha256 }] }],
  });
  const own = await authenticator.authenticate({ transport: 'websocket', remoteAddress: '::1' }, { token });
  const revoke = createTokensRevoke(
    tokens,
    ['ci'],
    () => (authenticator.isCurrent(own) ? 0 : 1),
    () => undefined,
  );
  expect(await revoke({ issuer: 'ci', jti: 'j-1', requestId: 'r-1' }, callOf('alice'))).toEqual({ sessions: 0 });
  expect(tokens.isRevoked({ issuer: 'ci', jti: 'j-1' })).toBe(true);
  expect(await revoke({ tokenSha256: sha256, requestId: 'r-2' }, callOf('alice'))).toEqual({ sessions: 1 });
  const misfits = [{}, { issuer: 'ci' }, { jti: 'j' }, { tokenSha256: sha256, issuer: 'ci', jti: 'j' }];
  for (const [index, params] of misfits.entries()) {
    const call = revoke({ ...params, requestId: `m-${index}` }, callOf('alice'));
    await expect(call).rejects.toMatchObject({ code: 'invalid_params' });
  }
  const unknown = revoke({ issuer: 'other', jti: 'j-1', requestId: 'r-3' }, callOf('alice'));
  await expect(unknown).rejects.toMatchObject({ code: 'not_found', detail: 'issuer other' });
});

test('sessions are listed, and one of them is ended by its id', async () => {
  const info: SessionInfo = {
    id: 'ssn_a',
    principal: 'bob',
    credential: 'uid:1',
    transport: 'unix',
    openedAt: 1,
    usedAt: 2,
  };
  const open = [{ id: 'ssn_a' }, { id: 'ssn_b' }] as Session[];
  const ended: string[] = [];
  const sessions = {
    list: () => [info],
    end: (fits: (session: Session) => boolean) => ended.push(...open.filter(fits).map(({ id }) => id)),
  };
  expect(await createSessionList(sessions)({}, callOf('alice'))).toEqual({ sessions: [info] });
  const revoke = createSessionRevoke(sessions);
  const unknown = revoke({ session: 'ssn_c', requestId: 'r-1' }, callOf('alice'));
  await expect(unknown).rejects.toMatchObject({ code: 'not_found', detail: 'ssn_c' });
  await revoke({ session: 'ssn_b', requestId: 'r-2' }, callOf('alice'));
  expect(ended).toEqual(['ssn_b']);
});
