import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { principalsFile, tokenOf } from '../end-to-end/principals.ts';
import { ApiDocument, type DrivenRequest, type Operation, pathWith } from './document.ts';
import { HttpClient, type HttpResponse } from './http-client.ts';
import { liveRest } from './live-rest.ts';

// One sidecar, every route of its own document: as it is meant, as it is not, and by whoever may not.

const live = liveRest(principalsFile({ nobody: [] }));
let owner: HttpClient;
let stranger: HttpClient;
let nobody: HttpClient;
let api: ApiDocument;

beforeAll(async () => {
  owner = live.client();
  stranger = HttpClient.at(live.address());
  nobody = live.client(tokenOf('nobody'));
  api = await ApiDocument.fetch(owner);
});
afterAll(() => stranger.close());

/** What the shipped policies let everybody do. */
const openToAll = [
  'approvals.events',
  'approvals.list',
  'rpc.discover',
  'session.whoami',
  'system.random',
  'system.status',
  'system.unseal',
];
/** They are asked last: nothing else is answered between them. */
const sealing = ['system.seal', 'system.unseal'];
/** Waits for as long as it is told. */
const waiting: Readonly<Record<string, object>> = {
  'approvals.events': { timeoutMs: 1 },
  'approvals.wait': { timeoutMs: 1 },
};

/** Values that mean something to this sidecar; each operation has a key of its own. */
async function knownFor(index: number): Promise<Record<string, unknown>> {
  const name = `walk/${index}`;
  const algorithm = { name: 'Ed25519' };
  const made = await owner.post('/v1/keys', { name, algorithm, usages: ['sign', 'verify'] });
  const { id } = (made.json as { record: { id: string } }).record;
  return {
    KeyName: name,
    KeyId: id,
    KeyHandle: `${id}/1`,
    Algorithm: algorithm,
    KeyUsages: ['sign', 'verify'],
    RotationSchedule: { everySeconds: 86_400 },
    Labels: { team: 'walk' },
  };
}

/** The one value of a seed: a failure comes again. */
function oneOf(operation: Operation, known: Readonly<Record<string, unknown>>): DrivenRequest {
  const [request] = fc.sample(api.requests(operation, { known, isLean: true }), {
    numRuns: 1,
    seed: 8,
  }) as [DrivenRequest];
  const pause = waiting[operation.operationId];
  if (pause === undefined) return request;
  const [path = ''] = request.path.split('?');
  return { ...request, path: pathWith(path, operation.parameters, { ...pause }) };
}

function send(client: HttpClient, { verb, path, headers, body }: DrivenRequest): Promise<HttpResponse> {
  return client.ask(verb, path, { headers, body });
}

function operationsInOrder(): Operation[] {
  const isLast = ({ operationId }: Operation) => sealing.includes(operationId);
  return [...api.operations.filter((each) => !isLast(each)), ...api.operations.filter(isLast)];
}

test('the document holds every operation that does not belong to a connection', () => {
  expect(api.operations.length).toBeGreaterThan(80);
  expect(api.value.openapi).toMatch(/^3\.1\./);
  const ids = api.operations.map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).not.toContain('subtle.generateKey');
});

test('whoever has no role is refused every operation but those about itself and the document', async () => {
  const succeeded: string[] = [];
  for (const [index, operation] of api.operations.entries()) {
    const answer = await send(nobody, oneOf(operation, await knownFor(1000 + index)));
    expect(api.misfit(operation, answer)).toBeUndefined();
    if (answer.status < 300) succeeded.push(operation.operationId);
  }
  expect(succeeded.toSorted()).toEqual(openToAll);
});

test('a stranger is told nothing but who may not come in, and soon not even that', async () => {
  const statuses = new Set<number>();
  for (const operation of api.operations) {
    const answer = await send(stranger, oneOf(operation, {}));
    statuses.add(answer.status);
    expect(answer.json?.code).toBe(answer.status === 429 ? 'rate_limited' : 'unauthenticated');
    if (answer.status === 429) expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    else expect(answer.headers['www-authenticate']).toBe('Bearer realm="ferrohsm"');
    expect(api.misfit(operation, answer)).toBeUndefined();
  }
  expect([...statuses].toSorted()).toEqual([401, 429]);
});

describe('asked in a wrong way', () => {
  test('a query parameter that nobody knows is refused', async () => {
    for (const operation of api.operations) {
      const request = oneOf(operation, {});
      const path = `${request.path}${request.path.includes('?') ? '&' : '?'}token=secret`;
      const answer = await send(owner, { ...request, path });
      expect([operation.operationId, answer.status]).toEqual([operation.operationId, 400]);
      expect(answer.json).toMatchObject({ code: 'invalid_params' });
      expect(answer.text).not.toContain('secret');
      expect(api.misfit(operation, answer)).toBeUndefined();
    }
  });

  test('a body that is no JSON, no object, or has a member that nobody knows is refused', async () => {
    const bodies = ['{', '[]', '"text"', '{"a":1,"a":2}', '{"unknown":1}', `${'['.repeat(40)}${']'.repeat(40)}`];
    for (const operation of api.operations.filter(({ requestBody }) => requestBody)) {
      const { path } = oneOf(operation, {});
      for (const body of bodies) {
        const answer = await owner.ask(operation.verb, path, { body });
        expect([operation.operationId, body, answer.status < 500 && answer.status >= 400]).toEqual([
          operation.operationId,
          body,
          true,
        ]);
        expect(api.misfit(operation, answer)).toBeUndefined();
      }
    }
  });

  test('a body of another type is refused', async () => {
    for (const operation of api.operations.filter(({ requestBody }) => requestBody)) {
      const { path } = oneOf(operation, {});
      const answer = await owner.ask(operation.verb, path, { body: '<a/>', headers: { 'content-type': 'text/xml' } });
      expect([operation.operationId, answer.status]).toEqual([operation.operationId, 415]);
      expect(api.misfit(operation, answer)).toBeUndefined();
    }
  });

  test('another verb is refused with those that there are', async () => {
    for (const path of Object.keys(api.value.paths as object)) {
      const answer = await owner.ask('TRACE', path.replaceAll(/[{}]/g, ''));
      expect([path, answer.status]).toEqual([path, 405]);
      const verbs = Object.keys((api.value.paths as Record<string, object>)[path] ?? {}).map((verb) =>
        verb.toUpperCase(),
      );
      for (const verb of verbs) expect(answer.headers.allow?.split(', ')).toContain(verb);
    }
  });
});

test('as it is meant, each answers what the document says of it', async () => {
  const done: string[] = [];
  const held: string[] = [];
  for (const [index, operation] of operationsInOrder().entries()) {
    const known = sealing.includes(operation.operationId) ? {} : await knownFor(index);
    // That name is to be taken yet.
    if (operation.operationId === 'keys.create') known.KeyName = 'walk/new';
    const answer = await send(owner, oneOf(operation, known));
    expect(api.misfit(operation, answer)).toBeUndefined();
    expect([operation.operationId, answer.status]).not.toEqual([operation.operationId, 500]);
    if (answer.status === 202) held.push(operation.operationId);
    else if (answer.status < 300) done.push(operation.operationId);
  }
  // Which of them are done and which wait for others follows from the values; most mean something.
  expect(done.length).toBeGreaterThan(25);
  expect(held.length).toBeGreaterThan(25);
  expect(done.length + held.length).toBeGreaterThan(60);
});
