import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createJwtVerifier } from './jwt.ts';
import { signToken, type TestKey, testClaims, testIssuer, testKey, testSeconds } from './test-issuer.ts';

const uid = process.getuid?.() ?? 0;
const peer = { transport: 'websocket', remoteAddress: '127.0.0.1' } as const;
const refused = { code: 'unauthenticated', detail: 'token is not valid' };
const keys = { first: await testKey('ES256', 'first'), second: await testKey('ES256', 'second') };

function setOf(...members: TestKey[]): string {
  return JSON.stringify({ keys: members.map(({ jwk }) => jwk) });
}

/** A verifier of one issuer on a clock of its own; a token is always fresh. */
function verifierOf(source: Parameters<typeof testIssuer>[2]) {
  const clock = { seconds: testSeconds };
  const errors: unknown[] = [];
  const verifier = createJwtVerifier({
    issuers: [testIssuer('ci', [], source)],
    uid,
    now: () => clock.seconds * 1000,
    onError: (error) => errors.push(error),
  });
  const verify = async (key: TestKey, header = {}) => {
    const claims = testClaims({ iat: clock.seconds, exp: clock.seconds + 60 });
    return (await verifier.verify(await signToken(key, claims, header), peer)).subject;
  };
  return { clock, errors, verify };
}

describe('a file', () => {
  function keyFile(content: string): string {
    const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-jwks-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, 'jwks.json');
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  }

  function replace(path: string, content: string): void {
    writeFileSync(`${path}.new`, content, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }

  test('is read anew when it changes', async () => {
    const path = keyFile(setOf(keys.first));
    const { verify, errors } = verifierOf({ keys: { kind: 'file', path } });
    expect(await verify(keys.first)).toBe('build');
    await expect(verify(keys.second)).rejects.toMatchObject(refused);
    replace(path, setOf(keys.second));
    expect(await verify(keys.second)).toBe('build');
    await expect(verify(keys.first)).rejects.toMatchObject(refused);
    expect(errors).toEqual([]);
  });

  test('that breaks leaves the keys as they were, and is told of once', async () => {
    const path = keyFile(setOf(keys.first));
    const { verify, errors } = verifierOf({ keys: { kind: 'file', path } });
    for (const [count, content] of ['{"keys":', '{"keys":{}}', '[]'].entries()) {
      replace(path, content);
      expect(await verify(keys.first)).toBe('build');
      expect(await verify(keys.first)).toBe('build');
      expect(errors).toHaveLength(count + 1);
    }
    rmSync(path);
    expect(await verify(keys.first)).toBe('build');
    expect(errors).toHaveLength(4);
    replace(path, setOf(keys.second));
    expect(await verify(keys.second)).toBe('build');
  });

  test('that is missing or could be written by others stops the start', () => {
    const path = keyFile(setOf(keys.first));
    const missing = { kind: 'file', path: `${path}.none` } as const;
    expect(() => verifierOf({ keys: missing })).toThrow(expect.objectContaining({ code: 'config_invalid' }));
    rmSync(path);
    writeFileSync(path, setOf(keys.first), { mode: 0o600 });
    const shared = keyFile(setOf(keys.first));
    rmSync(shared);
    const mask = process.umask(0);
    writeFileSync(shared, setOf(keys.first), { mode: 0o666 });
    process.umask(mask);
    expect(() => verifierOf({ keys: { kind: 'file', path: shared } })).toThrow(
      'jwks.json is writable by group or others',
    );
  });
});

describe('a URL', () => {
  /** A real server whose answers a test chooses. */
  async function publisher(answer: (response: ServerResponse, path: string) => void) {
    const seen = { requests: 0, answer };
    const server = createServer((request, response) => {
      seen.requests += 1;
      seen.answer(response, request.url ?? '');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`);
    return { seen, ...verifierOf({ keys: { kind: 'url', url } }) };
  }

  const json = (text: string) => (response: ServerResponse) => response.end(text);

  test('is fetched once for many, and again after ten minutes', async () => {
    const { seen, verify, clock } = await publisher(json(setOf(keys.first)));
    expect(await Promise.all(Array.from({ length: 20 }, () => verify(keys.first)))).toContain('build');
    expect(seen.requests).toBe(1);
    clock.seconds += 599;
    await verify(keys.first);
    expect(seen.requests).toBe(1);
    clock.seconds += 1;
    await verify(keys.first);
    expect(seen.requests).toBe(2);
  });

  test('is asked again for an unknown kid, but only once in 30 seconds', async () => {
    const { seen, verify, clock } = await publisher(json(setOf(keys.first)));
    await verify(keys.first);
    for (let attempt = 0; attempt < 20; attempt += 1) {
      await expect(verify(keys.second, { kid: `kid-${attempt}` })).rejects.toMatchObject(refused);
    }
    expect(seen.requests).toBe(1);
    seen.answer = json(setOf(keys.first, keys.second));
    clock.seconds += 30;
    expect(await verify(keys.second)).toBe('build');
    expect(seen.requests).toBe(2);
  });

  test('that fails is not asked more often, and its old keys end', async () => {
    const { seen, verify, clock, errors } = await publisher(json(setOf(keys.first)));
    await verify(keys.first);
    seen.answer = (response) => response.writeHead(500).end();
    clock.seconds += 600;
    for (let attempt = 0; attempt < 5; attempt += 1) await expect(verify(keys.first)).rejects.toMatchObject(refused);
    expect(seen.requests).toBe(2);
    expect(errors).toHaveLength(1);
    seen.answer = json(setOf(keys.first));
    clock.seconds += 30;
    expect(await verify(keys.first)).toBe('build');
  });

  test('that redirects, answers rubbish or far too much gives no keys', async () => {
    const good = setOf(keys.first);
    const answers: ((response: ServerResponse, path: string) => void)[] = [
      (response, path) =>
        path === '/jwks' ? response.writeHead(302, { location: '/other' }).end() : response.end(good),
      json('<html>'),
      json('{"keys":1}'),
      json(`${good}${' '.repeat(1 << 20)}`),
      (response) => response.destroy(),
    ];
    for (const answer of answers) {
      const { verify, errors, clock, seen } = await publisher(answer);
      await expect(verify(keys.first)).rejects.toMatchObject(refused);
      expect(errors).toHaveLength(1);
      seen.answer = json(good);
      clock.seconds += 30;
      expect(await verify(keys.first)).toBe('build');
    }
  });

  test('may publish keys for other purposes, which are passed over', async () => {
    const others = [
      { kty: 'oct', k: 'AAAA', kid: 'first', alg: 'HS256' },
      { kty: 'RSA', n: 'AAAA', e: 'AQAB', kid: 'first', alg: 'RS256' },
      { kty: 'OKP', crv: 'X25519', x: 'AAAA', kid: 'first', use: 'enc' },
      { kty: 'EC', crv: 'P-256', d: 'AAAA', x: 'AAAA', y: 'AAAA', kid: 'first' },
    ];
    const { verify } = await publisher(json(JSON.stringify({ keys: [...others, keys.first.jwk] })));
    expect(await verify(keys.first)).toBe('build');
  });
});
