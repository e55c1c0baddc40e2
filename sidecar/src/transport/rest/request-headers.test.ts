import { expect, it } from 'vitest';
import { changeIdOf, greetingOf, ifMatchOf, prefersRaw, requestIdOf } from './request-headers.ts';

it('a caller greets with a bearer token, or with nothing', () => {
  expect(greetingOf({})).toEqual({ client: 'rest' });
  expect(greetingOf({ authorization: 'bearer abc.def-1', 'user-agent': 'a\u00ff' })).toEqual({
    client: 'a?',
    token: 'abc.def-1',
  });
  expect(greetingOf({ 'user-agent': 'x'.repeat(500) }).client).toHaveLength(128);
  for (const authorization of ['', 'Bearer', 'Basic YTpi', 'Bearer a b', 'Bearer é', `Bearer ${'x'.repeat(17_000)}`]) {
    expect(() => greetingOf({ authorization })).toThrow(expect.objectContaining({ code: 'unauthenticated' }));
  }
});

it('a change is named by its key, quoted or not, or by chance', () => {
  expect(changeIdOf({ 'idempotency-key': '"request-1"' })).toBe('request-1');
  expect(changeIdOf({ 'idempotency-key': 'request-1' })).toBe('request-1');
  expect(changeIdOf({})).not.toBe(changeIdOf({}));
});

it('If-Match is a list of entity tags', () => {
  expect(ifMatchOf({})).toBeUndefined();
  expect(ifMatchOf({ 'if-match': '"a@1" , "b@2"' })).toEqual(['a@1', 'b@2']);
  expect(ifMatchOf({ 'if-match': '*' })).toEqual(['*']);
  expect(ifMatchOf({ 'if-match': 'W/"a@1"' })).toEqual(['']);
  for (const text of ['', 'a', '"a', '"a" "b"', '"a",', '"é"']) {
    expect(() => ifMatchOf({ 'if-match': text })).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  }
});

it('bytes are preferred by whoever asks for them', () => {
  expect(prefersRaw({})).toBe(false);
  expect(prefersRaw({ accept: '*/*' })).toBe(false);
  expect(prefersRaw({ accept: 'text/plain, application/octet-stream;q=0.9' })).toBe(true);
  expect(prefersRaw({ accept: 'application/octet-streams' })).toBe(false);
});

it('the id of a request is its own where it is fit to be one', () => {
  expect(requestIdOf({ 'x-request-id': 'trace.1-a_b' })).toBe('trace.1-a_b');
  for (const id of ['', 'a b', 'x'.repeat(65), ['a', 'b']]) {
    expect(requestIdOf({ 'x-request-id': id as string })).toMatch(/^[\w-]{12}-[a-z0-9]+$/);
  }
});
