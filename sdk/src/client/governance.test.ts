import { describe, expect, test } from 'vitest';
import { FerroHsmError } from '../errors.ts';
import type { MethodName } from '../generated/types.ts';
import { createCrypto } from '../webcrypto/crypto.ts';
import { Approvals } from './approvals.ts';
import { BreakGlass } from './break-glass.ts';
import { Keys } from './keys.ts';
import { Policy } from './policy.ts';
import { Principals } from './principals.ts';
import type { Rpc } from './rpc.ts';
import { Sessions } from './sessions.ts';
import { Tokens } from './tokens.ts';

type Sent = [method: MethodName, params: Record<string, unknown>];

/** The clients over a connection on which each call is answered by the next of the answers. */
function clients(...answers: unknown[]) {
  const sent: Sent[] = [];
  const call = async (...given: Sent) => {
    sent.push(given);
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const rpc = { call, sessionNumber: 1 } as unknown as Rpc;
  return {
    sent,
    approvals: new Approvals(rpc),
    breakGlass: new BreakGlass(rpc),
    keys: new Keys(rpc, createCrypto(rpc)),
    policy: new Policy(rpc),
    principals: new Principals(rpc),
    sessions: new Sessions(rpc),
    tokens: new Tokens(rpc),
  };
}

type Clients = ReturnType<typeof clients>;

const requestId = 'request-1';
const once = { requestId };
const person = { id: 'bob', kind: 'person', roles: [], credentials: [] } as const;
const key = { id: 'k'.repeat(43), kind: 'jwk', algorithm: 'EdDSA' } as const;
const group = { id: 'g', members: ['bob'], roles: [] };
const principal = { ...person, roles: [], credentials: [] };

interface Case {
  readonly act: (clients: Clients) => Promise<unknown>;
  readonly answer: object;
  readonly sends: [method: MethodName, params: object];
  readonly gives: unknown;
}

const changes: readonly Case[] = [
  {
    act: ({ approvals }) => approvals.approve('apr', { jws: 'a.b.c' }, { ...once, reason: 'fine' }),
    answer: { approval: 1 },
    sends: ['approvals.approve', { id: 'apr', evidence: { jws: 'a.b.c' }, reason: 'fine' }],
    gives: 1,
  },
  {
    act: ({ approvals }) => approvals.deny('apr', once),
    answer: { approval: 1 },
    sends: ['approvals.deny', { id: 'apr' }],
    gives: 1,
  },
  {
    act: ({ approvals }) => approvals.cancel('apr', once),
    answer: { approval: 1 },
    sends: ['approvals.cancel', { id: 'apr' }],
    gives: 1,
  },
  {
    act: ({ policy }) => policy.load('text', { ...once, signature: 's' }),
    answer: { policy: 1 },
    sends: ['policy.load', { text: 'text', signature: 's' }],
    gives: 1,
  },
  {
    act: ({ policy }) => policy.rollback(3, { ...once, signature: 's' }),
    answer: { policy: 1 },
    sends: ['policy.rollback', { version: 3, signature: 's' }],
    gives: 1,
  },
  {
    act: ({ principals }) => principals.set(principal, once),
    answer: { principal: 1 },
    sends: ['principals.set', { principal }],
    gives: 1,
  },
  {
    act: ({ principals }) => principals.remove('bob', once),
    answer: {},
    sends: ['principals.remove', { id: 'bob' }],
    gives: undefined,
  },
  {
    act: ({ principals }) => principals.setGroup(group, once),
    answer: { group: 1 },
    sends: ['groups.set', { group }],
    gives: 1,
  },
  {
    act: ({ principals }) => principals.removeGroup('g', once),
    answer: {},
    sends: ['groups.remove', { id: 'g' }],
    gives: undefined,
  },
  {
    act: ({ principals }) => principals.enrolApprovalKey('bob', key, once),
    answer: { principal: 1 },
    sends: ['approvers.enrol', { person: 'bob', key }],
    gives: 1,
  },
  {
    act: ({ principals }) => principals.removeApprovalKey('bob', key.id, once),
    answer: { principal: 1 },
    sends: ['approvers.remove', { person: 'bob', keyId: key.id }],
    gives: 1,
  },
  {
    act: ({ sessions }) => sessions.revoke('ssn_1', once),
    answer: {},
    sends: ['session.revoke', { session: 'ssn_1' }],
    gives: undefined,
  },
  {
    act: ({ tokens }) => tokens.invite('ci', { ...once, tokenSeconds: 60 }),
    answer: { expiresAt: 1 },
    sends: ['tokens.invite', { principal: 'ci', tokenSeconds: 60 }],
    gives: { expiresAt: 1 },
  },
  {
    act: ({ tokens }) => tokens.revoke({ issuer: 'i', jti: 'j' }, once),
    answer: { sessions: 2 },
    sends: ['tokens.revoke', { issuer: 'i', jti: 'j' }],
    gives: 2,
  },
  {
    act: ({ breakGlass }) => breakGlass.open({ reason: 'fire', ticket: 'T-1' }, once),
    answer: { breakGlass: 1 },
    sends: ['breakGlass.open', { reason: 'fire', ticket: 'T-1' }],
    gives: 1,
  },
  {
    act: ({ breakGlass }) => breakGlass.review('bgl', 'fine', once),
    answer: { breakGlass: 1 },
    sends: ['breakGlass.review', { id: 'bgl', findings: 'fine' }],
    gives: 1,
  },
  {
    act: ({ keys }) => keys.grant('k', 'bob', once),
    answer: { grantees: ['bob'] },
    sends: ['keys.grant', { name: 'k', grantee: 'bob' }],
    gives: ['bob'],
  },
  {
    act: ({ keys }) => keys.revokeGrant('k', 'bob', once),
    answer: { grantees: [] },
    sends: ['keys.revokeGrant', { name: 'k', grantee: 'bob' }],
    gives: [],
  },
  {
    act: ({ keys }) => keys.limit('k', { perDay: 1 }, once),
    answer: { quota: { perDay: 1 } },
    sends: ['keys.limit', { name: 'k', quota: { perDay: 1 } }],
    gives: { perDay: 1 },
  },
  {
    act: ({ keys }) => keys.unfreeze('k', once),
    answer: {},
    sends: ['keys.unfreeze', { name: 'k' }],
    gives: undefined,
  },
];

test.each(changes)('$sends.0 repeats a lost change with the same requestId', async ({ act, answer, sends, gives }) => {
  const all = clients(new FerroHsmError('outcome_unknown'), answer);
  expect(await act(all)).toEqual(gives);
  const [method, params] = sends;
  const expected = [method, { ...params, requestId }];
  expect(all.sent).toEqual([expected, expected]);
});

test('a change has a fresh requestId unless told', async () => {
  const all = clients({ grantees: [] }, { grantees: [] });
  for (let time = 0; time < 2; time += 1) await all.keys.grant('k', 'bob');
  const ids = all.sent.map(([, params]) => params.requestId);
  expect(new Set(ids).size).toBe(2);
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/);
});

describe('what changes nothing', () => {
  test.each<[string, (clients: Clients) => Promise<unknown>, Sent]>([
    ['policy.get', ({ policy }) => policy.get(2), ['policy.get', { version: 2 }]],
    ['policy.check', ({ policy }) => policy.check('x'), ['policy.check', { text: 'x' }]],
    [
      'policy.simulate',
      ({ policy }) => policy.simulate('x', { requests: 5 }),
      ['policy.simulate', { text: 'x', requests: 5 }],
    ],
    [
      'policy.explain',
      ({ policy }) => policy.explain({ principal: 'p', action: 'a' }),
      ['policy.explain', { principal: 'p', action: 'a' }],
    ],
    ['approvals.events', ({ approvals }) => approvals.events({ after: 3 }), ['approvals.events', { after: 3 }]],
  ])('%s is passed on as it is', async (_, act, sends) => {
    const answer = { any: 'thing' };
    const all = clients(answer);
    expect(await act(all)).toBe(answer);
    expect(all.sent).toEqual([sends]);
  });

  test('lists go on until there is no cursor', async () => {
    const collect = async <T>(items: AsyncIterable<T>) => {
      const found: T[] = [];
      for await (const item of items) found.push(item);
      return found;
    };
    const approvals = clients({ approvals: [1, 2], nextCursor: 'n' }, { approvals: [3] });
    expect(await collect(approvals.approvals.list({ state: 'pending' }))).toEqual([1, 2, 3]);
    expect(approvals.sent.map(([, params]) => params)).toEqual([
      { state: 'pending' },
      { state: 'pending', cursor: 'n' },
    ]);
    const policies = clients({ versions: [2], nextCursor: 'n' }, { versions: [1] });
    expect(await collect(policies.policy.history())).toEqual([2, 1]);
    const pages = [
      { principals: [1], groups: [2], nextCursor: 'n' },
      { principals: [3], groups: [] },
    ];
    expect(await collect(clients(...pages).principals.list())).toEqual([1, 3]);
    expect(await collect(clients(...pages).principals.groups())).toEqual([2]);
  });
});
