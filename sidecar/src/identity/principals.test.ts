import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { parsePrincipals } from './principals.ts';
import { createToken } from './test-token.ts';

const digest = 'ab'.repeat(32);
const alice = { id: 'alice', kind: 'person', roles: ['Officer'], credentials: [{ uid: 1000 }] };

function parse(...principals: unknown[]) {
  return parsePrincipals(JSON.stringify({ principals }));
}

/** Each misfit and the JSON pointer (RFC 6901) and reason that it is told with. */
const misfits: Record<string, [text: string, detail: string]> = {
  'no JSON': ['{', 'principals.json is not JSON'],
  'no object': ['[]', 'principals.json /: not an object'],
  'no principals': ['{}', 'principals.json /principals: missing'],
  'an unknown member': ['{"principals":[],"a/b~c":1}', 'principals.json /a~1b~0c: unknown member'],
  'a member twice': [
    '{"principals":[{"id":"a","id":"b"}]}',
    'principals.json /principals/0/id: this member is there twice',
  ],
  'another governance': [
    '{"principals":[],"governance":"none"}',
    'principals.json /governance: not one of file, records',
  ],
  'groups that do not fit': [
    '{"principals":[],"groups":[{"id":"g","members":["x"],"roles":[]}]}',
    'principals.json /groups/0/members/0: no principal or group x',
  ],
  'a prototype': ['{"principals":[],"__proto__":{}}', 'principals.json /__proto__: unknown member'],
  'principals that are no array': ['{"principals":{}}', 'principals.json /principals: not an array'],
};

test.each(Object.entries(misfits))('a file with %s is refused', (_, [text, detail]) => {
  expect(() => parsePrincipals(text)).toThrow(expect.objectContaining({ code: 'config_invalid', detail }));
});

const misfitPrincipals: Record<string, [principal: object, pointer: string]> = {
  'an unknown member': [{ admin: true }, '/admin: unknown member'],
  'no id': [{ id: undefined }, '/id: missing'],
  'an id with a space': [{ id: 'a b' }, '/id: not a text'],
  'an id with a line end': [{ id: 'alice\n' }, '/id: not a text'],
  'an id that is too long': [{ id: 'a'.repeat(128) }, '/id: not a text'],
  'an id that is a number': [{ id: 7 }, '/id: not a text'],
  'an unknown kind': [{ kind: 'admin' }, '/kind: not one of person, workload'],
  'an unknown role': [{ roles: ['Officer', 'administrator'] }, '/roles/1: not one of Administrator'],
  'roles that are a text': [{ roles: 'Officer' }, '/roles: not an array'],
  'too many roles': [{ roles: Array(6).fill('Officer') }, '/roles: more than 5 elements'],
  'an owner of a person': [{ owner: 'bob' }, '/owner: only a workload has an owner'],
  'an owner who is nobody': [{ kind: 'workload', owner: 'bob' }, '/owner: no person bob'],
  'an owner that is itself': [{ kind: 'workload', owner: 'alice' }, '/owner: no person alice'],
  'no credentials': [{ credentials: undefined }, '/credentials: missing'],
  'a credential of nothing': [{ credentials: [{}] }, '/credentials/0: exactly one of uid, socket, tokenSha256'],
  'a credential of two': [{ credentials: [{ uid: 1, socket: 'a' }] }, '/credentials/0: exactly one of'],
  'a uid that is negative': [{ credentials: [{ uid: -1 }] }, '/credentials/0/uid: not an integer'],
  'a uid that is a text': [{ credentials: [{ uid: '0' }] }, '/credentials/0/uid: not an integer'],
  'a uid that is no user': [{ credentials: [{ uid: 0xffff_ffff }] }, '/credentials/0/uid: not an integer'],
  'a uid of every unmapped user': [
    { credentials: [{ uid: 1 }, { uid: 65_534 }] },
    '/credentials/1/uid: uid 65534 stands for every unmapped user',
  ],
  'a uid that expires': [
    { credentials: [{ uid: 1, expiresAt: '2027-01-31T00:00:00Z' }] },
    '/credentials/0/expiresAt: unknown member',
  ],
  'a socket with a path': [{ credentials: [{ socket: '../main' }] }, '/credentials/0/socket: not a text'],
  'a token in the clear': [{ credentials: [{ tokenSha256: 'secret' }] }, '/credentials/0/tokenSha256: not a text'],
  'a digest that is short': [{ credentials: [{ tokenSha256: 'ab'.repeat(31) }] }, '/credentials/0/tokenSha256: not'],
  'an expiry without a zone': [
    { credentials: [{ tokenSha256: digest, expiresAt: '2027-01-31T00:00:00' }] },
    '/credentials/0/expiresAt: not a text',
  ],
  'an expiry that is no time': [
    { credentials: [{ tokenSha256: digest, expiresAt: '2027-13-31T00:00:00Z' }] },
    '/credentials/0/expiresAt: not a time',
  ],
  'an executable that is no path': [{ credentials: [{ uid: 1, executable: 'a' }] }, '/credentials/0/executable: not'],
  'a SPIFFE id without a path': [{ credentials: [{ spiffe: 'spiffe://a' }] }, '/credentials/0/spiffe: not a text'],
  'an issuer without a subject': [{ credentials: [{ issuer: 'ci' }] }, '/credentials/0/subject: missing'],
  'disabled as a text': [{ disabled: 'yes' }, '/disabled: not true or false'],
  'the role of an emergency': [{ roles: ['BreakGlass'] }, '/roles/0: not one of Administrator'],
  'a quota of nothing': [{ quota: { perSecond: 0 } }, '/quota/perSecond: not an integer from 1'],
  'an unknown quota': [{ quota: { perWeek: 1 } }, '/quota/perWeek: unknown member'],
  'an approval key without a kind': [
    { approvalKeys: [{ id: 'a'.repeat(43), algorithm: 'ES256' }] },
    '/approvalKeys/0/kind: missing',
  ],
  'an approval key that is none': [
    { approvalKeys: [{ id: 'a'.repeat(43), kind: 'jwk', algorithm: 'ES256', jwk: '{"kty":"EC"}' }] },
    '/approvalKeys/0: jwk crv is not P-256',
  ],
  'the same credential twice': [{ credentials: [{ uid: 7 }, { uid: 7 }] }, ': uid:7 is already taken'],
};

test.each(Object.entries(misfitPrincipals))('a principal with %s is refused', (_, [change, pointer]) => {
  const bob = { ...alice, id: 'first', credentials: [{ uid: 999 }] };
  expect(() => parse(bob, { ...alice, ...change })).toThrow(
    expect.objectContaining({
      code: 'config_invalid',
      detail: expect.stringContaining(`principals.json /principals/1${pointer}`),
    }),
  );
});

test('two principals cannot have one id or one credential, whatever the spelling of the digest', () => {
  expect(() => parse(alice, { ...alice, credentials: [] })).toThrow('/principals/1: principal alice is already taken');
  expect(() => parse(alice, { ...alice, id: 'bob' })).toThrow('/principals/1: uid:1000 is already taken');
  const token = (tokenSha256: string) => ({
    ...alice,
    id: `p${tokenSha256.slice(0, 3)}`,
    credentials: [{ tokenSha256 }],
  });
  const base64url = Buffer.from(digest, 'hex').toString('base64url');
  expect(() => parse(token(digest), token(base64url))).toThrow(/\/principals\/1: token:(ab){6} is already taken/);
  expect(() => parse(token(digest), token(digest.toUpperCase()))).toThrow('is already taken');
});

test('a token is 32 random bytes, known by the SHA-256 of its text', () => {
  const { token, sha256 } = createToken();
  expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(sha256).toBe(createHash('sha256').update(Buffer.from(token, 'ascii')).digest('base64url'));
  expect(createToken().token).not.toBe(token);
  expect(parse({ ...alice, credentials: [{ tokenSha256: sha256 }] }).principals).toHaveLength(1);
});

test('every form of credential, groups, quotas and the governance are read as they stand', () => {
  const billing = {
    id: 'billing',
    kind: 'workload',
    owner: 'alice',
    roles: ['Service'],
    disabled: true,
    credentials: [
      { uid: 2000, gid: 2000, executable: '/usr/bin/billing', cgroup: '/system.slice' },
      { socket: 'billing' },
      { tokenSha256: digest, expiresAt: '2027-01-31T00:00:00Z' },
      { spiffe: 'spiffe://example.org/billing' },
      { certificateSubject: 'CN=billing,O=Example' },
      { issuer: 'cluster', subject: 'system:serviceaccount:prod:billing' },
    ],
    quota: { perSecond: 5, perMinute: 100, perDay: 1000, bytesPerSecond: 4096, concurrent: 2, onExceed: 'refuse' },
  };
  const groups = [{ id: 'apps', members: ['billing'], roles: ['Service'] }];
  const text = JSON.stringify({ governance: 'records', principals: [alice, billing], groups });
  expect(parsePrincipals(text)).toEqual({ governance: 'records', principals: [alice, billing], groups });
  expect(parse(alice)).toEqual({ governance: 'file', principals: [alice], groups: [] });
});
