import { describe, expect, test } from 'vitest';
import { signToken, type TestKey, testClaims } from './test-issuer.ts';
import { certified, expectRefused, keys, login, serviceAccount, unix, webSocket } from './test-jwt-login.ts';

describe('binding', () => {
  const bound = (key: TestKey, change: object) => signToken(key, testClaims({ ...change }));
  const thumbprint = 'x'.repeat(43);
  const cnf = { 'x5t#S256': thumbprint };

  test('to the certificate of this connection, and of no other', async () => {
    const token = await bound(keys.ci, { cnf });
    expect((await login(token, certified(thumbprint))).principal.id).toBe('build');
    await expectRefused(token, certified('y'.repeat(43)));
    await expectRefused(token, webSocket);
    await expectRefused(token, unix(1000));
  });

  test('to a confirmation that cannot be checked does not hold', async () => {
    for (const other of [{ jkt: 'a' }, { ...cnf, jkt: 'a' }, {}, null, thumbprint, [thumbprint]]) {
      await expectRefused(await bound(keys.ci, { cnf: other }), certified(thumbprint));
    }
  });

  test('to the user of this connection, and of no other', async () => {
    const token = await bound(keys.ci, { uid: 1000 });
    expect((await login(token, unix(1000))).principal).toMatchObject({
      id: 'build',
      credential: { kind: 'jwt', uid: 1000 },
    });
    await expectRefused(token, unix(2000));
    await expectRefused(token, webSocket);
    await expectRefused(token, certified(thumbprint));
    await expectRefused(token, { transport: 'unix', socket: 'main' });
    await expectRefused(await bound(keys.ci, { uid: '1000' }), unix(1000));
    await expectRefused(await bound(keys.ci, { uid: 1000, cnf }), unix(1000));
  });

  test('is needed where the issuer says so', async () => {
    const iss = 'https://edge.example';
    await expectRefused(await bound(keys.edge, { iss }));
    await expectRefused(await bound(keys.edge, { iss }), certified(thumbprint));
    expect((await login(await bound(keys.edge, { iss, cnf }), certified(thumbprint))).principal.id).toBe('build');
    expect((await login(await bound(keys.edge, { iss, uid: 1000 }), unix(1000))).principal.id).toBe('build');
  });
});

describe('beside other credentials', () => {
  const mixed = { code: 'unauthenticated', detail: 'credentials belong to different principals' };

  test('a token must lead to the same principal as uid and certificate', async () => {
    const token = await signToken(keys.ci);
    expect((await login(token, unix(1000))).principal.id).toBe('build');
    await expect(login(token, unix(2000))).rejects.toMatchObject(mixed);
    const foreign = await signToken(keys.cluster, testClaims({ iss: 'https://cluster.example' }));
    await expect(login(foreign, certified('t'))).rejects.toMatchObject(mixed);
    expect((await login(token, certified('t'))).principal.id).toBe('build');
  });

  test('a token never stands in for the kernel', async () => {
    await expect(login(await signToken(keys.ci), unix(3000))).rejects.toMatchObject({ detail: 'uid 3000' });
  });
});

describe('Kubernetes', () => {
  const iss = 'https://cluster.example';
  const account = {
    namespace: 'prod',
    serviceaccount: { name: 'billing', uid: 'u-1' },
    pod: { name: 'p', uid: 'u-2' },
  };
  const projected = (claims: object, key = keys.cluster) =>
    signToken(key, testClaims({ iss, sub: serviceAccount, ...claims }));

  test('a projected token leads to the principal of its service account', async () => {
    const { principal } = await login(await projected({ 'kubernetes.io': account }));
    expect(principal).toMatchObject({ id: 'build', credential: { subject: `jwt:cluster:${serviceAccount}` } });
  });

  test('a subject and a claim that do not agree are refused', async () => {
    for (const claim of [
      undefined,
      null,
      'prod',
      {},
      { ...account, namespace: 'dev' },
      { ...account, serviceaccount: { name: 'other' } },
      { namespace: 'prod' },
    ]) {
      await expectRefused(await projected({ 'kubernetes.io': claim }));
    }
    await expectRefused(await projected({ sub: 'build', 'kubernetes.io': account }));
    await expectRefused(await projected({ sub: `${serviceAccount}:x`, 'kubernetes.io': account }));
  });

  test('an issuer that lets its users choose a subject does not make service accounts', async () => {
    await expectRefused(await projected({ iss: 'https://ci.example' }, keys.ci));
  });
});
