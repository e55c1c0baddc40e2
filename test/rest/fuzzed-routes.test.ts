import { connect } from 'node:net';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import fc, { type Arbitrary } from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ApiDocument, type DrivenRequest, type Operation } from './document.ts';
import type { HttpClient, HttpResponse } from './http-client.ts';
import { liveRest } from './live-rest.ts';

// Whatever is sent, the answer is one of the document, and tells nothing of the inside.

const live = liveRest();
const repository = join(import.meta.dirname, '../..');
let client: HttpClient;
let api: ApiDocument;
const answers: string[] = [];

beforeAll(async () => {
  client = live.client();
  api = await ApiDocument.fetch(client);
});

/** A line of a stack, a file of this program, a folder of this machine. */
function leaksOf(text: string): string[] {
  const { root, state, config } = live.sidecar.folders;
  const places = [repository, root, state, config, live.socket, homedir(), hostname(), 'node_modules', 'node:internal'];
  return [
    ...places.filter((place) => place.length > 3 && text.includes(place)),
    ...(/\n? +at .+:\d+:\d+|\b[\w-]+\.(ts|js|cjs|mjs):\d+|\bError: |ERR_[A-Z_]+|FST_ERR|SQLITE|errno/.exec(text) ?? []),
  ];
}

afterAll(() => {
  // The patterns find what they look for.
  expect(leaksOf(`${new Error('x').stack}`)).not.toEqual([]);
  expect(answers.length).toBeGreaterThan(500);
});

async function expectFit(operation: Operation, { verb, path, headers, body }: DrivenRequest): Promise<void> {
  const answer = await client.ask(verb, path, { headers, body });
  answers.push(answer.text);
  expect([operation.operationId, path, leaksOf(visible(answer))]).toEqual([operation.operationId, path, []]);
  expect(answer.status).not.toBe(500);
  // Paths that have become other ones.
  if (answer.status !== 404 && answer.status !== 405) expect(api.misfit(operation, answer)).toBeUndefined();
}

/** What a caller has sent itself comes back in the descriptions of keys and operations only. */
function visible({ text, headers }: HttpResponse): string {
  return `${text}\n${JSON.stringify(headers)}`;
}

const strange: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(
    null,
    true,
    0,
    -1,
    0.5,
    2 ** 53,
    '',
    ' ',
    'é',
    '\u0000',
    '../../etc/passwd',
    '%2e%2e%2f',
    '{{7*7}}',
    [],
  ),
  fc.constantFrom({}, { attachment: 0 }, { attachment: 99 }, 'x'.repeat(20_000), { toString: 1, constructor: {} }),
  fc.string({ unit: 'binary', maxLength: 50 }),
  fc.jsonValue({ maxDepth: 3 }),
);

/** It seals the sidecar, which answers nothing then; the next one may wait for a minute. */
const kept = new Set(['system.seal', 'approvals.wait', 'approvals.events']);

function fuzzed(operation: Operation): Arbitrary<DrivenRequest> {
  const valid = api.requests(operation);
  const broken = fc.tuple(valid, fc.dictionary(fc.string({ maxLength: 12 }), strange, { maxKeys: 4 }));
  return fc.oneof(
    valid,
    broken.map(([request, members]) => ({ ...request, body: { ...request.body, ...members } })),
    fc
      .tuple(valid, strange, fc.nat(8))
      .map(([request, value, at]) => ({ ...request, body: withMember(request.body, at, value) })),
    fc.tuple(valid, fc.webSegment()).map(([request, segment]) => ({
      ...request,
      path: request.path.replace(/[^/?]+(?=\?|$)/, segment === '' ? '%00' : segment.replace(/^\.+$/, '%2e')),
    })),
    fc.tuple(valid, fc.webQueryParameters()).map(([request, query]) => ({
      ...request,
      path: `${request.path}${request.path.includes('?') ? '&' : '?'}${query}`,
    })),
  );
}

function withMember(body: object = {}, at: number, value: unknown): object {
  const names = Object.keys(body);
  const name = names[at % Math.max(1, names.length)] ?? 'name';
  return { ...body, [name]: value };
}

test('every route with values that fit, nearly fit, or do not at all', { timeout: 240_000 }, async () => {
  for (const operation of api.operations.filter(({ operationId }) => !kept.has(operationId))) {
    await fc.assert(
      fc.asyncProperty(fuzzed(operation), (request) => expectFit(operation, request)),
      { numRuns: 10 },
    );
  }
  expect((await client.get('/v1/session')).status).toBe(200);
});

test('bytes of every kind instead of a body, a header or a request', async () => {
  const heads = [
    'POST /v1/random HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\n\xff\xfe{}}',
    'POST /v1/random HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    'POST /v1/random HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'POST /v1/random HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n',
    'GET /v1/%zz HTTP/1.1\r\nHost: a\r\n\r\n',
    'GET /v1/keys/%ff%fe HTTP/1.1\r\nHost: a\r\n\r\n',
    'GET //v1//keys HTTP/1.1\r\nHost: a\r\n\r\n',
    'GET http://evil.example/v1/keys HTTP/1.1\r\nHost: a\r\n\r\n',
    'GET /v1/../../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n',
    'PROPFIND /v1/keys HTTP/1.1\r\nHost: a\r\n\r\n',
    'GET /v1/keys HTTP/1.1\r\n\r\n',
    'GET /v1/keys HTTP/9.9\r\nHost: a\r\n\r\n',
    'GET /v1/keys\r\n\r\n',
    '{"jsonrpc":"2.0","id":1,"method":"system.hello","params":{"protocol":1}}\n',
    `GET /v1/keys HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`,
    `GET /v1/keys/${'x'.repeat(4000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
    'GET /v1/keys HTTP/1.1\r\nHost: a\r\nAuthorization: Basic YTpi\r\n\r\n',
    'CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n',
    '\u0016\u0003\u0001\u0002',
  ];
  for (const head of heads) {
    const text = await raw(head);
    answers.push(text);
    expect([head.slice(0, 60), leaksOf(text)]).toEqual([head.slice(0, 60), []]);
    // CONNECT alone has no answer in HTTP/1.1 but the end of the connection.
    if (!head.startsWith('CONNECT'))
      expect([head.slice(0, 60), text]).toEqual([head.slice(0, 60), expect.stringMatching(/^HTTP\/1\.1 (4\d\d|501) /)]);
  }
});

/** What comes back until the sidecar ends the connection, or says nothing more. */
function raw(head: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(live.socket, () => socket.write(Buffer.from(head, 'latin1')));
    socket.setTimeout(1500, () => socket.destroy());
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
  });
}

test('nothing was said to the operator of it but what it is', () => {
  expect(live.sidecar.notices()).not.toMatch(/ at .+:\d+:\d+|unhandled/i);
});
