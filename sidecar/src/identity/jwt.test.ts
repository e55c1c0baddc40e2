import { createHmac, createPublicKey, KeyObject, sign } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { tokenAlgorithms } from './issuers.ts';
import { signToken, testClaims, testIssuer, testKey, testSeconds } from './test-issuer.ts';
import { expectRefused, identity, issuers, keys, login, refused, webSocket } from './test-jwt-login.ts';

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

test('a token of a trusted issuer leads to its principal until it expires, its tolerance included', async () => {
  const clock = { now: testSeconds * 1000 };
  const { authenticator } = await identity({ now: () => clock.now });
  const own = await authenticator.authenticate(webSocket, { token: await signToken(keys.ci) });
  expect(own).toMatchObject({
    principal: { id: 'build', roles: ['Service'], credential: { kind: 'jwt', subject: 'jwt:ci:build' } },
    expiresAt: (testSeconds + 630) * 1000,
    credentialId: 'jwt:ci:build:j-1',
  });
  clock.now = (testSeconds + 630) * 1000 - 1;
  expect(authenticator.isCurrent(own)).toBe(true);
  clock.now += 1;
  expect(authenticator.isCurrent(own)).toBe(false);
});

describe.each(tokenAlgorithms)('%s', (algorithm) => {
  test('is accepted, and not with a signature of another key or one bit changed', async () => {
    const key = await testKey(algorithm, 'k');
    const trusted = { issuers: [testIssuer('ci', [key]), ...issuers.slice(1)] };
    const token = await signToken(key);
    expect((await login(token, webSocket, trusted)).principal.id).toBe('build');
    await expectRefused(await signToken({ ...(await testKey(algorithm, 'k')) }), webSocket, trusted);
    const [header, payload, signature = ''] = token.split('.');
    const bytes = Buffer.from(signature, 'base64url');
    bytes.writeUInt8(bytes.readUInt8(9) ^ 1, 9);
    await expectRefused(`${header}.${payload}.${bytes.toString('base64url')}`, webSocket, trusted);
    await expectRefused(
      `${header}.${encoded(testClaims({ sub: 'build', jti: 'j-2' }))}.${signature}`,
      webSocket,
      trusted,
    );
  });

  test('is refused where the issuer does not sign with it', async () => {
    const key = await testKey(algorithm, 'k');
    const algorithms = tokenAlgorithms.filter((it) => it !== algorithm);
    await expectRefused(await signToken(key), webSocket, {
      issuers: [testIssuer('ci', [key], { algorithms }), ...issuers.slice(1)],
    });
  });
});

describe('confusion of algorithms', () => {
  test('alg none', async () => {
    await expectRefused(`${encoded({ alg: 'none', typ: 'JWT' })}.${encoded(testClaims())}.AAAA`);
    const unsecured = new UnsecuredJWT(testClaims()).encode();
    await expectRefused(unsecured);
    await expectRefused(`${unsecured}AA`);
    const [, payload, signature] = (await signToken(keys.ci)).split('.');
    for (const alg of ['None', 'NONE', 'nOnE', '']) await expectRefused(`${encoded({ alg })}.${payload}.${signature}`);
  });

  test('HS256 with the public key as the secret, in each spelling that a library could take', async () => {
    const publicKey = createPublicKey({ key: { ...keys.ci.jwk }, format: 'jwk' });
    const secrets = [
      publicKey.export({ type: 'spki', format: 'pem' }),
      publicKey.export({ type: 'spki', format: 'der' }),
      JSON.stringify(keys.ci.jwk),
      Buffer.from(keys.ci.jwk.x ?? '', 'base64url'),
    ];
    for (const secret of secrets) {
      const signed = `${encoded({ alg: 'HS256', kid: 'ci-1', typ: 'JWT' })}.${encoded(testClaims())}`;
      const token = `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
      await expectRefused(token);
      // Not even where the key set says that the key is for it.
      const jwks = [
        { ...keys.ci.jwk, alg: 'HS256' },
        { kty: 'oct', kid: 'ci-1', k: Buffer.from(secret).toString('base64url') },
      ];
      const loose = testIssuer('ci', [], { keys: { kind: 'inline', jwks } });
      await expectRefused(token, webSocket, { issuers: [loose, ...issuers.slice(1)] });
    }
  });

  test('RS256, ES512 and a key of another curve under the name of a trusted algorithm', async () => {
    const signed = `${encoded({ alg: 'RS256', kid: 'ci-1' })}.${encoded(testClaims())}`;
    await expectRefused(`${signed}.${Buffer.alloc(256).toString('base64url')}`);
    const p384 = await testKey('ES384', 'ci-1');
    await expectRefused(await signToken(p384));
    const header = `${encoded({ alg: 'ES256', kid: 'ci-1', typ: 'JWT' })}.${encoded(testClaims())}`;
    const der = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, p384.privateKey, Buffer.from(header));
    await expectRefused(`${header}.${Buffer.from(der).toString('base64url')}`);
  });

  test('a key that the token brings itself', async () => {
    const own = await testKey('ES256', 'ci-1');
    for (const header of [{ jwk: own.jwk }, { jku: 'https://evil.example/jwks' }, { x5u: 'https://evil.example' }]) {
      await expectRefused(await signToken(own, testClaims(), header));
    }
  });

  test('a critical extension, an unencoded payload, and a token for another purpose', async () => {
    await expectRefused(await signToken(keys.ci, testClaims(), { typ: 'ferrohsm-approval+jws' }));
    await expectRefused(await signToken(keys.ci, testClaims(), { typ: 'logout+jwt' }));
    const signedBy = (header: object) => {
      const text = `${encoded(header)}.${encoded(testClaims())}`;
      const key = keys.ci.privateKey;
      return crypto.subtle
        .sign({ name: 'ECDSA', hash: 'SHA-256' }, key, Buffer.from(text))
        .then((signature) => `${text}.${Buffer.from(signature).toString('base64url')}`);
    };
    await expectRefused(await signedBy({ alg: 'ES256', kid: 'ci-1', crit: ['exp'], exp: 1 }));
    await expectRefused(await signedBy({ alg: 'ES256', kid: 'ci-1', crit: ['b64'], b64: false }));
    // The same without them is good, so it was they that were refused.
    expect((await login(await signedBy({ alg: 'ES256', kid: 'ci-1' }))).principal.id).toBe('build');
    expect((await login(await signedBy({ alg: 'ES256', kid: 'ci-1', typ: 'at+jwt' }))).principal.id).toBe('build');
  });
});

test.each(['RS256', 'PS384', 'Ed25519', 'ES512'] as const)(
  'a real %s signature is refused, even of a key that says no algorithm',
  async (alg) => {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
    const jwks = [{ ...(await exportJWK(publicKey)), kid: 'k' }];
    const trusted = { issuers: [testIssuer('ci', [], { keys: { kind: 'inline', jwks } }), ...issuers.slice(1)] };
    const token = await new SignJWT(testClaims()).setProtectedHeader({ alg, kid: 'k' }).sign(privateKey);
    await expectRefused(token, webSocket, trusted);
  },
);

describe('confusion of issuers', () => {
  test('another issuer, none, or one that nearly fits', async () => {
    for (const iss of ['https://evil.example', 'https://ci.example/', 'HTTPS://ci.example', 'ci', '', undefined]) {
      await expectRefused(await signToken(keys.ci, testClaims({ iss })));
    }
    const twoIssuers = testClaims({ iss: ['https://ci.example'] });
    await expectRefused(await signToken(keys.ci, twoIssuers));
  });

  test('the kid of another issuer: its keys prove its own tokens alone', async () => {
    await expectRefused(await signToken(keys.edge, testClaims()));
    await expectRefused(await signToken(keys.edge, testClaims(), { kid: 'ci-1' }));
    await expectRefused(await signToken(keys.ci, testClaims(), { kid: 'edge-1' }));
    await expectRefused(await signToken(keys.ci, testClaims({ iss: 'https://edge.example' })));
  });

  test('the same subject of another issuer is somebody else', async () => {
    const iss = 'https://cluster.example';
    const token = await signToken(keys.cluster, testClaims({ iss }));
    expect((await login(token)).principal.id).toBe('other');
    await expectRefused(await signToken(keys.ci, testClaims({ sub: 'nobody' })));
    await expectRefused(await signToken(keys.ci, testClaims({ sub: undefined })));
    await expectRefused(await signToken(keys.ci, testClaims({ sub: 7 })));
  });

  test('another audience, or none', async () => {
    for (const aud of ['vault', 'FerroHSM', '', [], ['vault', 'kubernetes'], undefined]) {
      await expectRefused(await signToken(keys.ci, testClaims({ aud })));
    }
    const token = await signToken(keys.ci, testClaims({ aud: ['vault', 'ferrohsm'] }));
    expect((await login(token)).principal.id).toBe('build');
  });
});

describe('time', () => {
  const at = (change: object) => signToken(keys.ci, testClaims({ ...change }));
  const accepted = async (change: object) => (await login(await at(change))).principal.id;

  test('expired, and clock skew inside and outside the tolerance', async () => {
    expect(await accepted({ exp: testSeconds - 29 })).toBe('build');
    await expectRefused(await at({ exp: testSeconds - 30 }));
    await expectRefused(await at({ exp: testSeconds - 3000 }));
  });

  test('not yet valid, and clock skew inside and outside the tolerance', async () => {
    expect(await accepted({ nbf: testSeconds + 30 })).toBe('build');
    await expectRefused(await at({ nbf: testSeconds + 31 }));
    expect(await accepted({ iat: testSeconds + 30 })).toBe('build');
    await expectRefused(await at({ iat: testSeconds + 31 }));
  });

  test('too long a lifetime', async () => {
    expect(await accepted({ iat: testSeconds - 1800, exp: testSeconds + 1800 })).toBe('build');
    await expectRefused(await at({ iat: testSeconds - 1800, exp: testSeconds + 1801 }));
    await expectRefused(await at({ iat: 0, exp: testSeconds + 60 }));
  });

  test('without or with nonsensical times', async () => {
    const header = encoded({ alg: 'ES256', kid: 'ci-1', typ: 'JWT' });
    for (const claims of [
      testClaims({ exp: undefined }),
      testClaims({ iat: undefined }),
      testClaims({ exp: String(testSeconds + 60) }),
      testClaims({ iat: null }),
      testClaims({ nbf: 'now' }),
    ]) {
      const text = `${header}.${encoded(claims)}`;
      const signature = await crypto.subtle.sign(
        { name: 'ECDSA', hash: 'SHA-256' },
        keys.ci.privateKey,
        Buffer.from(text),
      );
      await expectRefused(`${text}.${Buffer.from(signature).toString('base64url')}`);
    }
  });
});

describe('revocation', () => {
  const request = { requestId: 'r-1', requestDigest: 'd-1', principal: 'admin' };

  test('a revoked jti ends its sessions, and its replay is refused', async () => {
    const { authenticator, tokens } = await identity();
    const token = await signToken(keys.ci);
    const own = await authenticator.authenticate(webSocket, { token });
    const twin = await authenticator.authenticate(webSocket, {
      token: await signToken(keys.ci, testClaims({ jti: 'j-2' })),
    });
    await tokens.revoke({ issuer: 'ci', jti: 'j-1' }, request);
    expect([own, twin].map(authenticator.isCurrent)).toEqual([false, true]);
    await expect(authenticator.authenticate(webSocket, { token })).rejects.toMatchObject(refused);
    const again = await signToken(keys.ci, testClaims({ exp: testSeconds + 900 }));
    await expect(authenticator.authenticate(webSocket, { token: again })).rejects.toMatchObject(refused);
  });

  test('the same jti of another issuer is another token', async () => {
    const { authenticator, tokens } = await identity();
    await tokens.revoke({ issuer: 'cluster', jti: 'j-1' }, request);
    const own = await authenticator.authenticate(webSocket, { token: await signToken(keys.ci) });
    expect(authenticator.isCurrent(own)).toBe(true);
  });

  test('a jti that is no text is refused: it could not be revoked', async () => {
    await expectRefused(await signToken(keys.ci, testClaims({ jti: 7 })));
  });
});

test('an oversized token is refused before it is read, one just below is read', async () => {
  const padded = (length: number) => signToken(keys.ci, testClaims({ pad: 'x'.repeat(length) }));
  let token = await padded(11_900);
  expect(token.length).toBeLessThan(16_384);
  expect((await login(token)).principal.id).toBe('build');
  token = await padded(12_200);
  expect(token.length).toBeGreaterThan(16_384);
  await expectRefused(token);
});

test('rubbish in the form of a token is refused', async () => {
  for (const text of ['a.b.c', '..', `${encoded({})}.${encoded(null)}.AA`, `${encoded([])}.${encoded([])}.AA`]) {
    await expectRefused(text);
  }
});

test('a principals file that names an unknown issuer is refused', async () => {
  await expect(identity({ issuers: [] })).rejects.toMatchObject({
    code: 'config_invalid',
    detail: 'jwt:ci names no issuer of issuers.json',
  });
});

test('a signature of node:crypto, the second implementation, is accepted like one of jose', async () => {
  const ed = await testKey('EdDSA', 'ed');
  const text = `${encoded({ alg: 'EdDSA', kid: 'ed' })}.${encoded(testClaims())}`;
  const signature = sign(null, Buffer.from(text), KeyObject.from(ed.privateKey)).toString('base64url');
  const trusted = { issuers: [testIssuer('ci', [ed]), ...issuers.slice(1)] };
  expect((await login(`${text}.${signature}`, webSocket, trusted)).principal.id).toBe('build');
});
