import { describe, expect, test } from 'vitest';
import type { PrincipalRecord } from '../generated/types.ts';
import { alice, billing, expiresAt, identity, tokens, unix, webSocket } from './test-principals.ts';

describe('an identity', () => {
  test('gives the same object while nothing of it changes, and another one afterwards', async () => {
    const { authenticator, directory, switchTo } = await identity();
    const own = await authenticator.authenticate(unix(1000), {});
    expect(authenticator.current(own)).toBe(own.principal);
    switchTo(directory().with({ principal: { ...billing, roles: [] } }));
    expect(authenticator.current(own)).toBe(own.principal);
    switchTo(directory().with({ removeGroup: 'ops' }));
    const next = authenticator.current(own);
    expect(next).toMatchObject({ id: 'alice', roles: ['Auditor', 'Officer'], groups: [] });
    expect(authenticator.current(own)).toBe(next);
    expect(Object.isFrozen(next)).toBe(true);
  });

  test.each<[string, (record: PrincipalRecord) => PrincipalRecord | undefined]>([
    ['removed', () => undefined],
    ['disabled', (record) => ({ ...record, disabled: true })],
    ['deprived of that credential', (record) => ({ ...record, credentials: [{ uid: 2001 }] })],
  ])('ends when its principal is %s, and stays so', async (_, edit) => {
    const { authenticator, directory, switchTo } = await identity();
    const own = await authenticator.authenticate(unix(2000), {});
    const before = directory();
    const next = edit(billing);
    switchTo(next === undefined ? before.with({ removePrincipal: 'billing' }) : before.with({ principal: next }));
    expect(() => authenticator.current(own)).toThrow(expect.objectContaining({ code: 'unauthenticated' }));
    expect(authenticator.isCurrent(own)).toBe(false);
    switchTo(before);
    expect(authenticator.isCurrent(own)).toBe(false);
    expect((await authenticator.authenticate(unix(2000), {})).principal.id).toBe('billing');
  });

  test('ends when its credential becomes another principal’s', async () => {
    const { authenticator, directory, switchTo } = await identity();
    const own = await authenticator.authenticate(unix(2000), {});
    const bare = directory().with({ principal: { ...billing, credentials: [] } });
    switchTo(bare.with({ principal: { ...alice, credentials: [{ uid: 1000 }, { uid: 2000 }] } }));
    expect(authenticator.isCurrent(own)).toBe(false);
  });

  test('ends with its token, also when the record lets it end earlier than before', async () => {
    let now = Date.parse(expiresAt) - 10_000;
    const { authenticator, directory, switchTo } = await identity({ now: () => now });
    const own = await authenticator.authenticate(webSocket, { token: tokens.expiring.token });
    expect(authenticator.isCurrent(own)).toBe(true);
    const credentials = [{ tokenSha256: tokens.expiring.sha256, expiresAt: '2027-01-30T23:59:55Z' }];
    switchTo(directory().with({ principal: { ...billing, credentials } }));
    expect(authenticator.isCurrent(own)).toBe(true);
    now = Date.parse('2027-01-30T23:59:55Z');
    expect(authenticator.isCurrent(own)).toBe(false);
  });

  test('of another authenticator is nobody here', async () => {
    const here = await identity();
    const there = await identity();
    const own = await there.authenticator.authenticate(unix(1000), {});
    expect(here.authenticator.isCurrent(own)).toBe(false);
  });
});
