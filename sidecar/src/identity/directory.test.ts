import fc from 'fast-check';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { describe, expect, test } from 'vitest';
import type { ApprovalKey, Group, PrincipalRecord, Role } from '../generated/types.ts';
import { createDirectory } from './directory.ts';

const alice: PrincipalRecord = { id: 'alice', kind: 'person', roles: ['Officer'], credentials: [{ uid: 1000 }] };
const bob: PrincipalRecord = { id: 'bob', kind: 'person', roles: [], credentials: [{ uid: 1001 }] };
const billing: PrincipalRecord = {
  id: 'billing',
  kind: 'workload',
  owner: 'alice',
  roles: ['Service'],
  credentials: [{ socket: 'billing' }],
};
const ops: Group = { id: 'ops', members: ['alice', 'billing'], roles: ['Auditor'] };
const records = { principals: [bob, alice, billing], groups: [ops] };

async function approvalKey(): Promise<ApprovalKey> {
  const { publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(publicKey);
  return { id: await calculateJwkThumbprint(jwk), kind: 'jwk', algorithm: 'ES256', jwk: JSON.stringify(jwk) };
}

test('a directory answers by id, in order, and is frozen through and through', () => {
  const directory = createDirectory(records);
  expect(directory.principals.map(({ id }) => id)).toEqual(['alice', 'billing', 'bob']);
  expect(directory.record('billing')).toEqual(billing);
  expect(directory.record('carol')).toBeUndefined();
  expect(directory.group('ops')).toEqual(ops);
  expect(directory.membership('alice')).toEqual({ roles: ['Auditor', 'Officer'], groups: ['ops'] });
  expect(directory.membership('bob')).toEqual({ roles: [], groups: [] });
  expect(directory.membership('nobody')).toEqual({ roles: [], groups: [] });
  expect(() => directory.record('alice')?.roles.push('Administrator')).toThrow(TypeError);
  expect(
    () =>
      directory.record('alice')?.credentials[0] &&
      Object.assign(directory.record('alice')?.credentials[0] ?? {}, { uid: 0 }),
  ).toThrow(TypeError);
  expect(() => (directory.membership('alice').roles as Role[]).push('Administrator')).toThrow(TypeError);
});

test('what was handed in can change without the directory', () => {
  const mine = structuredClone(records);
  const directory = createDirectory(mine);
  mine.principals[1]?.roles.push('Administrator');
  mine.groups[0]?.members.push('bob');
  expect(directory.membership('alice').roles).not.toContain('Administrator');
  expect(directory.membership('bob').groups).toEqual([]);
});

describe('a change', () => {
  test('makes another directory and leaves the one before', () => {
    const before = createDirectory(records);
    const carol: PrincipalRecord = { id: 'carol', kind: 'person', roles: ['Auditor'], credentials: [] };
    const after = before.with({ principal: carol, group: { ...ops, members: ['carol', 'billing'] } });
    expect(after.membership('carol')).toEqual({ roles: ['Auditor'], groups: ['ops'] });
    expect(after.membership('alice').groups).toEqual([]);
    expect(before.record('carol')).toBeUndefined();
    expect(before.membership('alice').groups).toEqual(['ops']);
    // What did not change is the same object, so that only what did is written.
    expect(after.record('bob')).toBe(before.record('bob'));
  });

  test('that removes someone removes the memberships as well: whoever gets the id later has none', () => {
    const directory = createDirectory({ principals: [alice, bob], groups: [{ ...ops, members: ['alice', 'bob'] }] });
    const without = directory.with({ removePrincipal: 'bob' });
    expect(without.group('ops')?.members).toEqual(['alice']);
    expect(without.with({ principal: bob }).membership('bob').groups).toEqual([]);
    const nested = directory.with({ group: { id: 'all', members: ['ops'], roles: ['Auditor'] } });
    expect(nested.membership('bob').groups).toEqual(['all', 'ops']);
    expect(nested.with({ removeGroup: 'ops' }).group('all')?.members).toEqual([]);
  });

  test('is refused when it removes what is not there, or an owner', () => {
    const directory = createDirectory(records);
    for (const change of [{ removePrincipal: 'carol' }, { removePrincipal: 'ops' }, { removeGroup: 'alice' }]) {
      expect(() => directory.with(change)).toThrow(expect.objectContaining({ code: 'not_found' }));
    }
    const owned = expect.objectContaining({ code: 'data_invalid', detail: 'principal billing/owner: no person alice' });
    expect(() => directory.with({ removePrincipal: 'alice' })).toThrow(owned);
    expect(() => directory.with({ principal: { ...alice, kind: 'workload' } })).toThrow(owned);
  });
});

describe('records that do not fit', () => {
  const carol = (change: Partial<PrincipalRecord>): PrincipalRecord => ({
    id: 'carol',
    kind: 'person',
    roles: [],
    credentials: [],
    ...change,
  });
  const cases: [name: string, change: { principal?: PrincipalRecord; groups?: Group[] }, detail: string][] = [
    ['BreakGlass in a record', { principal: carol({ roles: ['BreakGlass'] }) }, 'principal carol/roles/0: BreakGlass'],
    ['BreakGlass in a group', { groups: [{ ...ops, roles: ['BreakGlass'] }] }, 'group ops/roles/0: BreakGlass'],
    ['a uid of every unmapped user', { principal: carol({ credentials: [{ uid: 65_534 }] }) }, '/credentials/0/uid'],
    ['a rule of two forms', { principal: carol({ credentials: [{ uid: 1, spiffe: 'spiffe://a/b' }] }) }, 'exactly one'],
    ['a rule of none', { principal: carol({ credentials: [{ gid: 1 }] }) }, 'exactly one of uid'],
    ['a gid of a socket', { principal: carol({ credentials: [{ socket: 'a', gid: 1 }] }) }, '/credentials/0/gid'],
    [
      'an issuer without a subject',
      { principal: carol({ credentials: [{ issuer: 'ci' }] }) },
      '/credentials/0/subject',
    ],
    ['a subject without an issuer', { principal: carol({ credentials: [{ subject: 'ci' }] }) }, 'exactly one of'],
    [
      'a uid of another',
      { principal: carol({ credentials: [{ uid: 1000 }] }) },
      'principal carol: uid:1000 is already',
    ],
    [
      'a uid that another has with a demand',
      { principal: carol({ credentials: [{ uid: 1000, executable: '/bin/a' }] }) },
      'uid:1000 executable:/bin/a overlaps uid:1000 of alice',
    ],
    ['the id of another', { principal: carol({ id: 'ops' }) }, 'group ops: group ops is already taken'],
    [
      'an owner that is a workload',
      { principal: carol({ kind: 'workload', owner: 'billing' }) },
      'carol/owner: no person',
    ],
    ['a group as the owner', { principal: carol({ kind: 'workload', owner: 'ops' }) }, 'carol/owner: no person ops'],
    ['an unknown member', { groups: [{ ...ops, members: ['alice', 'dave'] }] }, 'group ops/members/1: no principal'],
    ['a member twice', { groups: [{ ...ops, members: ['alice', 'alice'] }] }, 'group ops/members/1: alice is there'],
    [
      'a group in itself',
      { groups: [{ ...ops, members: ['ops'] }] },
      'group ops/members: its members lead in a circle',
    ],
    [
      'groups in a circle',
      { groups: [ops, { id: 'g1', members: ['g2'], roles: [] }, { id: 'g2', members: ['g1', 'bob'], roles: [] }] },
      'its members lead in a circle',
    ],
  ];

  test.each(cases)('%s', (_, { principal, groups = [ops] }, detail) => {
    const principals = principal === undefined ? records.principals : [...records.principals, principal];
    const refusal = expect.objectContaining({ code: 'data_invalid', detail: expect.stringContaining(detail) });
    expect(() => createDirectory({ principals, groups })).toThrow(refusal);
  });

  test('an approval key of a workload, of two persons, and more of them than sixteen', async () => {
    const key = await approvalKey();
    const fits =
      (...principals: PrincipalRecord[]) =>
      () =>
        createDirectory({ principals, groups: [] });
    expect(fits({ ...alice, approvalKeys: [key] }, bob)).not.toThrow();
    expect(fits(alice, { ...billing, approvalKeys: [key] })).toThrow(/billing\/approvalKeys: only a person approves/);
    expect(fits({ ...alice, approvalKeys: [key] }, { ...bob, approvalKeys: [key] })).toThrow(/is already taken/);
    const passkey = {
      kind: 'passkey',
      algorithm: 'ES256',
      spki: 'AAAA',
      rpId: 'a.test',
    } as const;
    const one = { ...passkey, origins: ['https://a.test'], id: 'credential-of-one' };
    const other = { ...passkey, origins: ['https://a.test'], id: 'credential-of-two' };
    expect(fits({ ...alice, approvalKeys: [one] }, { ...bob, approvalKeys: [other] })).toThrow(/is already taken/);
    const many = Array.from({ length: 17 }, () => key);
    expect(fits({ ...alice, approvalKeys: many })).toThrow(/more than 16/);
  });
});

test('uids of different principals may be told apart by gid, executable or cgroup', () => {
  const of = (id: string, rule: object): PrincipalRecord => ({
    id,
    kind: 'workload',
    roles: [],
    credentials: [{ uid: 5, ...rule }],
  });
  const fits = (one: object, other: object) => () =>
    createDirectory({ principals: [of('a', one), of('b', other)], groups: [] });
  expect(fits({ gid: 1 }, { gid: 2 })).not.toThrow();
  expect(fits({ executable: '/a' }, { executable: '/b' })).not.toThrow();
  expect(fits({ cgroup: '/a' }, { cgroup: '/ab' })).not.toThrow();
  expect(fits({ cgroup: '/a' }, { cgroup: '/a/b' })).toThrow(/overlaps/);
  expect(fits({ cgroup: '/' }, { cgroup: '/a' })).toThrow(/overlaps/);
  expect(fits({ gid: 1 }, { executable: '/b' })).toThrow(/overlaps/);
});

test('property: membership is the transitive closure of the groups', () => {
  const roles: Role[] = ['Administrator', 'Officer', 'Operator', 'Auditor', 'Service'];
  const size = 8;
  // Group i only has groups of lower numbers, so there is no circle; the model multiplies adjacency matrices.
  const graph = fc.record({
    below: fc.array(fc.array(fc.boolean(), { minLength: size, maxLength: size }), { minLength: size, maxLength: size }),
    people: fc.array(fc.array(fc.boolean(), { minLength: size, maxLength: size }), { minLength: 3, maxLength: 3 }),
    roles: fc.array(fc.subarray(roles), { minLength: size + 3, maxLength: size + 3 }),
  });
  fc.assert(
    fc.property(graph, ({ below, people, roles: given }) => {
      const isIn = (member: number, group: number) => member < group && below[member]?.[group] === true;
      const numbers = Array.from({ length: size }, (_, index) => index);
      const groups = numbers.map((group) => ({
        id: `g${group}`,
        roles: given[group] ?? [],
        members: [
          ...numbers.filter((member) => isIn(member, group)).map((member) => `g${member}`),
          ...people.flatMap((row, person) => (row[group] ? [`p${person}`] : [])),
        ],
      }));
      const principals = people.map((_, person) => ({
        id: `p${person}`,
        kind: 'person' as const,
        roles: given[size + person] ?? [],
        credentials: [],
      }));
      const directory = createDirectory({ principals, groups: groups.toReversed() });
      for (const [person, row] of people.entries()) {
        let reached = numbers.map((group) => row[group] === true);
        for (const _ of numbers) {
          reached = numbers.map((group) => reached[group] || numbers.some((it) => reached[it] && isIn(it, group)));
        }
        const above = numbers.filter((group) => reached[group]);
        const expected = new Set([...(given[size + person] ?? []), ...above.flatMap((group) => given[group] ?? [])]);
        expect(directory.membership(`p${person}`)).toEqual({
          groups: above.map((group) => `g${group}`).sort(),
          roles: [...expected].sort(),
        });
      }
    }),
    { numRuns: 2_000 },
  );
});

test('a chain of ten thousand groups is no problem', () => {
  const groups = Array.from({ length: 10_000 }, (_, index) => ({
    id: `g${index}`,
    members: [index === 0 ? 'alice' : `g${index - 1}`],
    roles: index === 9_999 ? ['Auditor' as const] : [],
  }));
  const { roles, groups: all } = createDirectory({ principals: [alice], groups }).membership('alice');
  expect(roles).toEqual(['Auditor', 'Officer']);
  expect(all).toHaveLength(10_000);
  const [first, ...rest] = groups;
  const circle = [{ id: 'g0', roles: [], members: [...(first?.members ?? []), 'g9999'] }, ...rest];
  expect(() => createDirectory({ principals: [alice], groups: circle })).toThrow(/lead in a circle/);
});

test('ten thousand principals load', () => {
  const principals = Array.from(
    { length: 10_000 },
    (_, index): PrincipalRecord => ({
      id: `p${index}`,
      kind: 'person',
      roles: ['Operator'],
      credentials: [{ uid: 100_000 + index }, { tokenSha256: index.toString(16).padStart(64, '0') }],
    }),
  );
  const groups = Array.from(
    { length: 100 },
    (_, group): Group => ({
      id: `g${group}`,
      roles: ['Auditor'],
      members: principals.filter((_principal, index) => index % 100 === group).map(({ id }) => id),
    }),
  );
  const start = performance.now();
  const directory = createDirectory({ principals, groups });
  for (const { id } of principals) directory.membership(id);
  const loaded = performance.now();
  const next = directory.with({ principal: { ...alice } });
  console.log(
    `10,000 principals: ${(loaded - start).toFixed(0)} ms, one change: ${(performance.now() - loaded).toFixed(0)} ms`,
  );
  expect(directory.membership('p4242')).toEqual({ roles: ['Auditor', 'Operator'], groups: ['g42'] });
  expect(next.principals).toHaveLength(10_001);
});
