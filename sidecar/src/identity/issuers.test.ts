import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseIssuers } from './issuers.ts';
import { loadIssuers } from './issuers-file.ts';

const ci = { name: 'ci', issuer: 'https://ci.example', audience: ['ferrohsm'], jwksUrl: 'https://ci.example/jwks' };
const publicKey = { kty: 'EC', crv: 'P-256', x: 'AAAA', y: 'AAAA' };

function parse(...issuers: object[]) {
  return parseIssuers(JSON.stringify({ issuers }));
}

test('an issuer is read with its defaults', () => {
  expect(parse(ci)).toEqual([
    {
      name: 'ci',
      issuer: 'https://ci.example',
      audience: ['ferrohsm'],
      algorithms: ['EdDSA', 'ES256', 'ES384', 'PS256', 'ML-DSA-65'],
      keys: { kind: 'url', url: new URL('https://ci.example/jwks') },
      maxLifetimeSeconds: 3600,
      clockToleranceSeconds: 30,
      requireBinding: false,
    },
  ]);
  const { jwksUrl: _, ...bare } = ci;
  expect(parse({ ...bare, jwks: { keys: [publicKey] } })[0]?.keys).toEqual({ kind: 'inline', jwks: [publicKey] });
});

test.each(['http://127.0.0.1:8080/jwks', 'http://[::1]/jwks', 'https://kubernetes.default.svc/openid/v1/jwks'])(
  'the URL %s is trusted',
  (jwksUrl) => {
    expect(parse({ ...ci, jwksUrl })).toHaveLength(1);
  },
);

const misfits: Record<string, [change: object, detail: string]> = {
  'an unknown member': [{ secret: 'x' }, '/issuers/0/secret: unknown member'],
  'no audience': [{ audience: [] }, '/issuers/0/audience: no audience'],
  'an audience that is a text': [{ audience: 'ferrohsm' }, '/issuers/0/audience: not an array'],
  'a symmetric algorithm': [{ algorithms: ['HS256'] }, '/issuers/0/algorithms/0: not one of EdDSA'],
  'alg none': [{ algorithms: ['none'] }, '/issuers/0/algorithms/0: not one of EdDSA'],
  'no algorithm': [{ algorithms: [] }, '/issuers/0/algorithms: no algorithm'],
  'two sources of keys': [{ jwksFile: 'a.json' }, '/issuers/0: exactly one of jwks, jwksFile, jwksUrl'],
  'none of them': [{ jwksUrl: undefined }, '/issuers/0: exactly one of jwks, jwksFile, jwksUrl'],
  'a lifetime of two days': [{ maxLifetimeSeconds: 172_800 }, '/issuers/0/maxLifetimeSeconds: not an integer from 1'],
  'a tolerance of an hour': [
    { clockToleranceSeconds: 3600 },
    '/issuers/0/clockToleranceSeconds: not an integer from 0',
  ],
  'http to elsewhere': [{ jwksUrl: 'http://ci.example/jwks' }, '/issuers/0/jwksUrl: http only to a loopback address'],
  'http to what looks local': [{ jwksUrl: 'http://127.0.0.1.evil.example/' }, 'http only to a loopback address'],
  'http to a name that anyone may resolve': [{ jwksUrl: 'http://localhost/jwks' }, 'http only to a loopback address'],
  'a password in the URL': [{ jwksUrl: 'https://a:b@ci.example/' }, '/issuers/0/jwksUrl: no credentials in a URL'],
  'a file URL': [{ jwksUrl: 'file:///etc/passwd' }, '/issuers/0/jwksUrl: not a text like'],
  'an empty key set': [{ jwksUrl: undefined, jwks: { keys: [] } }, '/issuers/0/jwks/keys: no key'],
  'a secret key': [
    { jwksUrl: undefined, jwks: { keys: [{ kty: 'oct', k: 'AA' }] } },
    '/jwks/keys/0/k: not a public key',
  ],
  'a private key': [
    { jwksUrl: undefined, jwks: { keys: [{ ...publicKey, d: 'AA' }] } },
    '/issuers/0/jwks/keys/0/d: not a public key',
  ],
};

test.each(Object.entries(misfits))('%s is refused', (_, [change, detail]) => {
  expect(() => parse({ ...ci, ...change })).toThrow(
    expect.objectContaining({ code: 'config_invalid', detail: expect.stringContaining(detail) }),
  );
});

test('two issuers cannot share a name or an iss, nor may a member be there twice', () => {
  expect(() => parse(ci, { ...ci, issuer: 'b' })).toThrow('/issuers/1: name ci is already taken');
  expect(() => parse(ci, { ...ci, name: 'b' })).toThrow('/issuers/1: issuer https://ci.example is already taken');
  expect(() => parseIssuers('{"issuers":[],"issuers":[]}')).toThrow(
    'issuers.json /issuers: this member is there twice',
  );
});

test('the file need not be there; a key file is looked for beside it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-issuers-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'issuers.json');
  const uid = process.getuid?.() ?? 0;
  expect(loadIssuers(path, uid)).toEqual([]);
  const { jwksUrl: _, ...bare } = ci;
  const issuers = ['jwks.json', '/etc/keys/jwks.json'].map((jwksFile, index) => ({
    ...bare,
    name: `ci${index}`,
    issuer: `i${index}`,
    jwksFile,
  }));
  writeFileSync(path, JSON.stringify({ issuers }), { mode: 0o600 });
  expect(loadIssuers(path, uid).map(({ keys }) => keys)).toEqual([
    { kind: 'file', path: join(folder, 'jwks.json') },
    { kind: 'file', path: '/etc/keys/jwks.json' },
  ]);
});
