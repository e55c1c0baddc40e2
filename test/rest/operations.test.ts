import { execFileSync } from 'node:child_process';
import { createPrivateKey, createPublicKey, randomBytes, randomUUID, verify } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { approver, consent, type HeldApproval, personRecord } from '../end-to-end/approvers.ts';
import { tokenOf } from '../end-to-end/principals.ts';
import type { HttpClient, HttpResponse } from './http-client.ts';
import { liveRest } from './live-rest.ts';

const alice = approver('alice');
const bob = approver('bob');
const everything = ['Administrator', 'Officer', 'Operator', 'Auditor', 'Service'];
const owner = { id: 'owner', kind: 'person', roles: everything, credentials: [{ uid: process.getuid?.() }] };
const people = [owner, personRecord(alice, ['Officer', 'Operator']), personRecord(bob, ['Officer'])];
const live = liveRest(JSON.stringify({ principals: people }));
const ed25519 = { algorithm: { name: 'Ed25519' }, usages: ['sign', 'verify'] };
let client: HttpClient;

interface KeyRecord {
  readonly id: string;
  readonly name: string;
  readonly versions: readonly { readonly publicKey: { readonly data: string } }[];
}

beforeAll(() => {
  client = live.client();
});

function recordOf({ json }: HttpResponse): KeyRecord {
  return (json as { record: KeyRecord }).record;
}

async function makeKey(name: string, change: object = {}): Promise<KeyRecord> {
  const answer = await client.post('/v1/keys', { name, ...ed25519, ...change });
  expect(answer.status).toBe(201);
  return recordOf(answer);
}

function publicKeyOf({ versions }: KeyRecord) {
  const data = Buffer.from(versions[0]?.publicKey.data ?? '', 'base64url');
  return createPublicKey({ key: data, format: 'der', type: 'spki' });
}

describe('bytes', () => {
  const data = randomBytes(300_000);

  test('are signed as the body that they are, and the signature is a body as well', async () => {
    const record = await makeKey('bytes/raw');
    const query = new URLSearchParams({ key: `${record.id}/1`, algorithm: JSON.stringify({ name: 'Ed25519' }) });
    const accept = 'application/octet-stream';
    const answer = await client.post(`/v1/subtle/sign?${query}`, data, { accept });
    expect(answer.headers['content-type']).toBe(accept);
    expect(verify(null, data, publicKeyOf(record), answer.bytes)).toBe(true);
  });

  test('stand in JSON as base64url', async () => {
    const record = await makeKey('bytes/json');
    const body = { key: `${record.id}/1`, algorithm: { name: 'Ed25519' }, data: data.toString('base64url') };
    const { json } = await client.post('/v1/subtle/sign', body);
    const signature = Buffer.from((json as { signature: string }).signature, 'base64url');
    expect(verify(null, data, publicKeyOf(record), signature)).toBe(true);
  });

  test('of many lengths go in and come out as they were, encrypted meanwhile', async () => {
    const record = await makeKey('bytes/aes', {
      algorithm: { name: 'AES-GCM', length: 256 },
      usages: ['encrypt', 'decrypt'],
    });
    const accept = 'application/octet-stream';
    for (const length of [0, 1, 4096, 4097, 70_000, 3_000_000]) {
      const plaintext = randomBytes(length);
      const iv = randomBytes(12).toString('base64url');
      const query = new URLSearchParams({ key: `${record.id}/1`, algorithm: JSON.stringify({ name: 'AES-GCM', iv }) });
      const encrypted = await client.post(`/v1/subtle/encrypt?${query}`, plaintext, { accept });
      expect([length, encrypted.status, encrypted.bytes.length]).toEqual([length, 200, length + 16]);
      const decrypted = await client.post(`/v1/subtle/decrypt?${query}`, encrypted.bytes, { accept });
      expect(decrypted.bytes.equals(plaintext)).toBe(true);
    }
  });

  test('that are chunked, without a length told before, are the same', async () => {
    const record = await makeKey('bytes/chunked');
    const query = new URLSearchParams({ key: `${record.id}/1`, algorithm: JSON.stringify({ name: 'Ed25519' }) });
    const words = ['-sS', '--unix-socket', live.socket, '-H', 'Accept: application/octet-stream'];
    const chunked = ['-H', 'Transfer-Encoding: chunked', '-H', 'Content-Type: application/octet-stream'];
    const url = `http://localhost/v1/subtle/sign?${query}`;
    const signature = execFileSync('curl', [...words, ...chunked, '--data-binary', '@-', url], { input: data });
    expect(verify(null, data, publicKeyOf(record), signature)).toBe(true);
  });

  test('are random as they are asked for', async () => {
    const accept = 'application/octet-stream';
    const [one, other] = [
      await client.post('/v1/random', { length: 64 }, { accept }),
      await client.post('/v1/random', { length: 64 }),
    ];
    expect(one.bytes.length).toBe(64);
    expect(Buffer.from((other.json as { bytes: string }).bytes, 'base64url').length).toBe(64);
  });

  test('do not belong to an operation that has other params', async () => {
    const { status, json } = await client.post('/v1/keys', Buffer.from('{}'));
    expect([status, json?.code]).toEqual([415, 'invalid_request']);
  });

  test('that are encoded would be taken for the data', async () => {
    const { status } = await client.post('/v1/random', { length: 1 }, { 'content-encoding': 'gzip' });
    expect(status).toBe(415);
  });
});

describe('Idempotency-Key', () => {
  const key = () => ({ 'idempotency-key': `"${randomUUID()}"` });

  test('answers the first outcome again', async () => {
    const headers = key();
    const body = { name: 'once/a', ...ed25519 };
    const [first, second] = [
      await client.post('/v1/keys', body, headers),
      await client.post('/v1/keys', body, headers),
    ];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(recordOf(second).id).toBe(recordOf(first).id);
    expect(second.headers.etag).toBe(first.headers.etag);
  });

  test('is for one request only', async () => {
    const headers = key();
    await client.post('/v1/keys', { name: 'once/b', ...ed25519 }, headers);
    const { status, json } = await client.post('/v1/keys', { name: 'once/c', ...ed25519 }, headers);
    expect([status, json?.code]).toEqual([422, 'request_conflict']);
    expect((await client.get('/v1/keys/once%2Fc')).status).toBe(404);
  });

  test('is its caller’s own', async () => {
    const headers = key();
    await client.post('/v1/keys', { name: 'once/d', ...ed25519 }, headers);
    const other = await live.client(tokenOf('alice')).post('/v1/keys', { name: 'once/e', ...ed25519 }, headers);
    expect(other.status).toBe(201);
  });

  test('rotates once, from many connections at once', async () => {
    await makeKey('once/rotated');
    const headers = key();
    const clients = Array.from({ length: 5 }, () => live.client());
    const answers = await Promise.all(clients.map((each) => each.post('/v1/keys/once%2Frotated/rotate', {}, headers)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(recordOf(await client.get('/v1/keys/once%2Frotated')).versions).toHaveLength(2);
  });

  test('is what it may be, and no member of the body', async () => {
    const bad = await client.post('/v1/keys', { name: 'once/f', ...ed25519 }, { 'idempotency-key': 'a b' });
    expect([bad.status, bad.json?.code]).toEqual([400, 'invalid_params']);
    const member = await client.post('/v1/keys', { name: 'once/f', ...ed25519, requestId: 'request-0001' });
    expect(member.json).toMatchObject({ code: 'invalid_params', detail: expect.stringContaining('Idempotency-Key') });
  });

  test('without it, the same change is another one', async () => {
    await makeKey('once/g');
    const { status, json } = await client.post('/v1/keys', { name: 'once/g', ...ed25519 });
    expect([status, json?.code]).toEqual([409, 'already_exists']);
  });
});

describe('If-Match', () => {
  const path = '/v1/keys/match%2Fa';
  let etag = '';

  beforeAll(async () => {
    await makeKey('match/a');
    etag = (await client.get(path)).headers.etag ?? '';
  });

  test('lets a change through while the key is as it was seen', async () => {
    expect(etag).toMatch(/^"key_[\w-]{22}@1"$/);
    const answer = await client.ask('PATCH', path, { body: { description: 'one' }, headers: { 'if-match': etag } });
    expect(answer.status).toBe(200);
    expect(answer.headers.etag).not.toBe(etag);
    expect((await client.get(path)).headers.etag).toBe(answer.headers.etag);
  });

  test('refuses it afterwards, and nothing has changed', async () => {
    const answer = await client.ask('PATCH', path, { body: { description: 'two' }, headers: { 'if-match': etag } });
    expect([answer.status, answer.json?.code]).toEqual([412, 'precondition_failed']);
    expect((await client.get(path)).json).toMatchObject({ record: { description: 'one' } });
  });

  test('of several changes at once lets one through', async () => {
    const { headers } = await client.get(path);
    const clients = Array.from({ length: 6 }, () => live.client());
    const answers = await Promise.all(
      clients.map((each, at) =>
        each.ask('PATCH', path, { body: { description: `race ${at}` }, headers: { 'if-match': headers.etag ?? '' } }),
      ),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 412, 412, 412, 412, 412]);
  });

  test('does not keep a repeated change from its first outcome', async () => {
    const headers = { 'if-match': (await client.get(path)).headers.etag ?? '', 'idempotency-key': randomUUID() };
    const [first, second] = [
      await client.ask('PATCH', path, { body: { description: 'kept' }, headers }),
      await client.ask('PATCH', path, { body: { description: 'kept' }, headers }),
    ];
    expect([first.status, second.status, second.headers.etag]).toEqual([200, 200, first.headers.etag]);
  });

  test('may name several, or any; a weak one is none', async () => {
    const now = (await client.get(path)).headers.etag ?? '';
    const patch = (value: string) =>
      client.ask('PATCH', path, { body: { description: value }, headers: { 'if-match': value } });
    expect((await patch(`"other", ${now}`)).status).toBe(200);
    expect((await patch('*')).status).toBe(200);
    expect((await patch(`W/${(await client.get(path)).headers.etag}`)).status).toBe(412);
    expect((await patch('no quotes')).status).toBe(400);
  });

  test('has no meaning where no key changes', async () => {
    expect((await client.get(path, { 'if-match': '*' })).json).toMatchObject({ code: 'invalid_request' });
  });
});

describe('an operation that others must approve', () => {
  test('answers 202 with the request, and is done when it is repeated with their consent', async () => {
    await makeKey('held/a', { usages: ['sign', 'verify'] });
    const [asker, consenter] = [live.client(tokenOf('alice')), live.client(tokenOf('bob'))];
    const body = { format: 'pkcs8' };
    const held = await asker.post('/v1/keys/held%2Fa/export', body);
    expect(held.status).toBe(202);
    const { approval } = held.json as { approval: { id: string; needed: number; given: number } };
    expect(held.json).toMatchObject({ code: 'approval_required', approval: { needed: 1, given: 0 } });
    expect(held.headers.location).toBe(`/v1/approvals/${approval.id}`);

    const read = await consenter.get(held.headers.location ?? '');
    const evidence = consent(bob, (read.json as { approval: HeldApproval }).approval);
    const given = await consenter.post(`${held.headers.location}/approve`, { evidence });
    expect(given.status).toBe(200);
    const seen = await asker.get(`${held.headers.location}/wait?timeoutMs=1000`);
    expect(seen.json).toMatchObject({ approval: { state: 'approved' } });

    const done = await asker.post('/v1/keys/held%2Fa/export', body);
    expect(done.status).toBe(200);
    const der = Buffer.from((done.json as { keyData: string }).keyData, 'base64url');
    expect(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).asymmetricKeyType).toBe('ed25519');
    expect((await asker.post('/v1/keys/held%2Fa/export', body)).status).toBe(202);
  });
});

describe('pages', () => {
  test('follow each other to the end', async () => {
    for (let at = 0; at < 7; at += 1) await makeKey(`pages/${at}`);
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const query = new URLSearchParams({ prefix: 'pages/', limit: '3', ...(cursor !== undefined && { cursor }) });
      const { json } = await client.get(`/v1/keys?${query}`);
      const page = json as { records: KeyRecord[]; nextCursor?: string };
      names.push(...page.records.map(({ name }) => name));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(names).toEqual(Array.from({ length: 7 }, (_, at) => `pages/${at}`));
  });

  test('are chosen by labels, which are JSON', async () => {
    await makeKey('labelled/a', { labels: { team: 'blue & red' } });
    const query = new URLSearchParams({ labels: JSON.stringify({ team: 'blue & red' }) });
    expect((await client.get(`/v1/keys?${query}`)).json).toMatchObject({ records: [{ name: 'labelled/a' }] });
    expect((await client.get('/v1/keys?labels=%7B')).json).toMatchObject({ code: 'parse_error' });
    expect((await client.get('/v1/keys?labels=%7B%7D&labels=%7B%7D')).json).toMatchObject({ code: 'invalid_params' });
  });
});

describe('every answer', () => {
  test('has the id of the request, or one of its own', async () => {
    expect((await client.get('/v1/session', { 'x-request-id': 'trace-7' })).headers['x-request-id']).toBe('trace-7');
    const [one, other] = [await client.get('/v1/session', { 'x-request-id': 'a\tb' }), await client.get('/nothing')];
    expect(one.headers['x-request-id']).toMatch(/^[\w-]{12}-[a-z0-9]+$/);
    expect(other.headers['x-request-id']).not.toBe(one.headers['x-request-id']);
    expect(other.headers['cache-control']).toBe('no-store');
  });

  test('HEAD is GET without a body', async () => {
    const [head, get] = [await client.ask('HEAD', '/v1/session'), await client.get('/v1/session')];
    expect([head.status, head.bytes.length]).toEqual([200, 0]);
    expect(head.headers['content-type']).toBe(get.headers['content-type']);
  });
});

test('what belongs to one connection is refused, and says where it is served', async () => {
  const { status, json } = await client.post('/v1/subtle/generateKey', {
    algorithm: { name: 'Ed25519' },
    extractable: true,
    usages: ['sign'],
  });
  expect([status, json]).toEqual([
    501,
    expect.objectContaining({ code: 'connection_required', hint: expect.stringContaining('Unix socket') }),
  ]);
});

test('the records name REST, the principal and the outcome as over every other transport', async () => {
  const asker = live.client(tokenOf('alice'));
  await asker.post('/v1/keys/no-such-key/rotate', {});
  const { json } = await client.get('/v1/audit/records?start=0&limit=1000');
  const records = (
    json as { records: { record: { operation: string; error?: string }; personal?: { principal?: string } }[] }
  ).records;
  const greetings = records.filter(
    ({ record, personal }) => record.operation === 'system.hello' && personal?.principal === 'alice',
  );
  expect(greetings.length).toBeGreaterThan(0);
  expect(records.map(({ record }) => `${record.operation} ${record.error ?? 'ok'}`)).toEqual(
    expect.arrayContaining([
      'keys.create ok',
      'keys.rotate not_found',
      'keys.update precondition_failed',
      'keys.export approval_required',
    ]),
  );
  const { sessions } = (await client.get('/v1/sessions')).json as {
    sessions: { transport: string; principal: string }[];
  };
  expect(sessions).toContainEqual(expect.objectContaining({ transport: 'rest', principal: 'alice' }));
  expect(sessions).toContainEqual(expect.objectContaining({ transport: 'unix', principal: 'owner' }));
});

test('a connection that is kept outlives sealing and unsealing', async () => {
  const before = await client.get('/v1/session');
  expect((await client.post('/v1/seal', {})).json).toMatchObject({ sealed: true });
  const sealed = await client.get('/v1/session');
  expect([before.status, sealed.status, sealed.json?.code]).toEqual([200, 503, 'sealed']);
  expect(sealed.headers['retry-after']).toBe('1');
  expect((await client.get('/v1/status')).json).toMatchObject({ sealed: true });
  expect((await client.post('/v1/unseal', {})).json).toMatchObject({ sealed: false });
  expect((await client.get('/v1/session')).status).toBe(200);
});
