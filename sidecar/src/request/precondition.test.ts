import { expect, it } from 'vitest';
import { methodTable } from '../generated/methods.ts';
import type { Trail } from './context.ts';
import { createRequireMatch } from './precondition.ts';
import { sessionOf } from './test-session.ts';

const principal = {
  id: 'alice',
  kind: 'person',
  roles: [],
  groups: [],
  credential: { kind: 'unix-peer', subject: 'uid:1000' },
} as unknown as NonNullable<Trail['principal']>;
const requireMatch = createRequireMatch(
  async ({ requestId, principal: id }) => requestId === 'made-before' && id === 'alice',
  (method, params) => `${method} ${JSON.stringify(params)}`,
);

function trail(ifMatch: readonly string[] | undefined, etag: string, requestId = 'new-request'): Trail {
  const session = sessionOf(principal);
  const params = { name: 'a', requestId };
  const call = {
    session,
    method: 'keys.update',
    traits: methodTable['keys.update'],
    params,
    attachments: [],
    requestId: 1,
    receivedMs: 0,
  } as const;
  const target = {
    id: 'a',
    resource: { type: 'KeyName', id: 'a', attributes: {} },
    etag,
    keys: new Map(),
    others: [],
  } as const;
  return { call: ifMatch === undefined ? call : { ...call, ifMatch }, principal, params, target };
}

it('passes what names no state, the state that it is, or any', () => {
  expect(requireMatch(trail(undefined, 'key_1@2'))).toBeUndefined();
  expect(requireMatch(trail(['key_1@2'], 'key_1@2'))).toBeUndefined();
  expect(requireMatch(trail(['key_1@1', 'key_1@2'], 'key_1@2'))).toBeUndefined();
  expect(requireMatch(trail(['*'], 'key_1@2'))).toBeUndefined();
});

it.each([
  [['key_1@1'], 'key_1@2'],
  [[], 'key_1@2'],
  [[''], ''],
  [['*'], ''],
])('refuses %j for "%s"', async (ifMatch, etag) => {
  await expect(requireMatch(trail(ifMatch, etag))).rejects.toMatchObject({ code: 'precondition_failed' });
});

it('passes what was made before: it gets its first outcome', async () => {
  await expect(requireMatch(trail(['key_1@1'], 'key_1@2', 'made-before'))).resolves.toBeUndefined();
});
