import { describe, expect, it } from 'vitest';
import { type Route, routes } from '../../generated/routes.ts';
import { JsonScanner } from '../json-scanner.ts';
import { paramsOf, type RestRequest } from './parameters.ts';

const scanner = new JsonScanner(8);
const nothing: RestRequest = { path: {}, query: {}, body: undefined, requestId: undefined };

function route(method: string): Route {
  return routes.find((each) => each.method === method) as Route;
}

function read(method: string, request: Partial<RestRequest>): object {
  return paramsOf(route(method), { ...nothing, ...request }, scanner);
}

const json = (value: unknown) => ({ kind: 'json', value }) as const;
const raw = { kind: 'raw', bytes: Buffer.from('data') } as const;

describe('the params of an operation', () => {
  it('stand in the path', () => {
    expect(read('audit.receipt', { path: { index: '7' } })).toEqual({ index: 7 });
    expect(read('keys.get', { path: { name: 'a/b' } })).toEqual({ name: 'a/b' });
  });

  it('stand in the query, read as their kind says', () => {
    const query = { prefix: '12', limit: '12', labels: '{"a":"b"}' };
    expect(read('keys.list', { query })).toEqual({ prefix: '12', limit: 12, labels: { a: 'b' } });
  });

  it('that are not of their kind are left to the schema', () => {
    expect(read('keys.list', { query: { limit: '1e3' } })).toEqual({ limit: '1e3' });
    expect(read('keys.import', { body: raw, path: { importId: 'i' }, query: { active: 'yes' } })).toMatchObject({
      active: 'yes',
    });
  });

  it('are the members of the body, with those of the path and the header', () => {
    const request = { body: json({ reason: 'r' }), path: { name: 'a' }, requestId: 'request-1' };
    expect(read('keys.rotate', request)).toEqual({ reason: 'r', name: 'a', requestId: 'request-1' });
  });

  it('stand in the query beside bytes', () => {
    const query = { key: 'ses_1', algorithm: '{"name":"Ed25519"}' };
    expect(read('subtle.sign', { body: raw, query })).toEqual({
      data: { attachment: 0 },
      key: 'ses_1',
      algorithm: { name: 'Ed25519' },
    });
  });
});

describe('refused is', () => {
  it.each<[string, string, Partial<RestRequest>, string]>([
    ['a name that nobody knows', 'keys.list', { query: { other: '1' } }, 'unknown query parameter "other"'],
    ['a name of Object', 'keys.list', { query: { constructor: '1' } }, 'unknown query parameter "constructor"'],
    ['a name twice', 'keys.list', { query: { limit: ['1', '2'] } }, 'query parameter "limit" stands there twice'],
    ['a query beside JSON', 'subtle.sign', { body: json({}), query: { key: 'a' } }, 'unknown query parameter "key"'],
    ['a member of the path in the body', 'keys.rotate', { body: json({ name: 'b' }) }, '"name" stands in the path'],
    ['a list', 'keys.create', { body: json([]) }, 'the body is not an object'],
    ['null', 'keys.create', { body: json(null) }, 'the body is not an object'],
  ])('%s', (_, method, request, detail) => {
    expect(() => read(method, request)).toThrow(expect.objectContaining({ code: 'invalid_params', detail }));
  });

  it('JSON that is none, or names a member twice', () => {
    for (const labels of ['{', '{"a":1,"a":2}', '{"__proto__":1}']) {
      expect(() => read('keys.list', { query: { labels } })).toThrow(expect.objectContaining({ code: 'parse_error' }));
    }
  });
});
