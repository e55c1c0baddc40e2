import { beforeAll, describe, expect, test } from 'vitest';
import { defaultPolicy } from './default-policy.ts';
import type { PolicyEngine } from './engine.ts';
import { actionGroups } from './schema.ts';
import { type Cell, matrixOf, resources, tableOf } from './test-matrix.ts';
import { allActions, ask, engineOf, keyOf, principalOf } from './test-request.ts';

let engine: PolicyEngine;
let matrix: readonly Cell[];
const faults: string[] = [];

beforeAll(async () => {
  engine = await engineOf(defaultPolicy, (reason) => faults.push(reason));
  matrix = matrixOf(engine);
});

const everyRole = ['Administrator', 'Officer', 'Operator', 'Auditor', 'Service'] as const;

/** The cells that a rule speaks of, which are some. */
function cells(chosen: (cell: Cell) => boolean): readonly Cell[] {
  const found = matrix.filter(chosen);
  expect(found).not.toEqual([]);
  return found;
}

function answersOf(chosen: (cell: Cell) => boolean): string[] {
  return [...new Set(cells(chosen).map(({ answer }) => answer))].sort();
}

describe('the shipped roles', () => {
  test('answer as the table says, for every action, and again from the cache', async () => {
    expect(new Set(matrix.map(({ action }) => action))).toEqual(new Set(allActions));
    await expect(tableOf(matrix)).toMatchFileSnapshot('role-matrix.txt');
    const { misses } = engine.cacheStatistics;
    expect(tableOf(matrixOf(engine))).toBe(tableOf(matrix));
    expect(engine.cacheStatistics.misses - misses).toBeLessThan(misses);
    expect(faults).toEqual([]);
  });

  const governance = [
    ...['principals.set', 'principals.remove', 'groups.set', 'groups.remove', 'approvers.enrol', 'approvers.remove'],
    ...[
      'tokens.invite',
      'policy.load',
      'policy.rollback',
      'keys.grant',
      'keys.import',
      'keys.limit',
      'keys.unfreeze',
      'keys.assign',
      'keys.rollback',
      'keys.destroy',
      'breakGlass.open',
    ],
  ];

  test.each(governance)('nobody does %s alone, and somebody does with one approval', (action) => {
    expect(answersOf((cell) => cell.action === action)).toEqual(['1', 'deny']);
  });

  test('people who govern vote, workloads never, and no role but these two', () => {
    const votes = cells(({ action }) => action === 'approvals.approve' || action === 'approvals.deny');
    for (const { column, kind, answer } of votes) {
      const mayVote = kind === 'person' && (column === 'Administrator' || column === 'Officer');
      expect(answer).toBe(mayVote ? 'allow' : 'deny');
    }
  });

  test('a request is seen by whoever made it, votes on it or audits, and taken back only by its maker', () => {
    const see = (cell: Cell) => cell.action === 'approvals.get';
    expect(answersOf((cell) => see(cell) && cell.resource === 'own request')).toEqual(['allow']);
    const strangers = cells((cell) => see(cell) && cell.resource === "another's request" && cell.answer === 'allow');
    expect(new Set(strangers.map(({ column, kind }) => `${column} ${kind}`))).toEqual(
      new Set(['Administrator person', 'Officer person', 'Auditor person', 'Auditor workload']),
    );
    const takeBack = (resource: string) =>
      answersOf((cell) => cell.action === 'approvals.cancel' && cell.resource === resource);
    expect(takeBack('own request')).toEqual(['allow']);
    expect(takeBack("another's request")).toEqual(['deny']);
  });

  const governs = ({ column }: Cell) => ['Administrator', 'Officer', 'Auditor'].includes(column);
  /** Raw RSA takes a label that no key here has; roles.test.ts has some. */
  const isUse = ({ action }: Cell) => actionGroups(action).includes('key.use') && action !== 'subtle.decrypt.rawRsa';
  const isRelease = ({ action }: Cell) => actionGroups(action).includes('key.release');
  const granted = ({ resource }: Cell) => resource === 'key granted to me' || resource === 'key granted to my group';

  test('whoever governs or audits uses no key but those of the own session, whoever owns or lends it', () => {
    const own = ({ resource }: Cell) => resource === 'own session key';
    const wraps = ({ action }: Cell) => action === 'keys.export.wrappingKey';
    expect(answersOf((cell) => governs(cell) && isUse(cell) && !own(cell) && !wraps(cell))).toEqual(['deny']);
    // Within an export that other people have approved, the officer who asked for it may name the key that wraps.
    const wrapping = cells((cell) => governs(cell) && wraps(cell) && !own(cell) && cell.answer === 'allow');
    expect([...new Set(wrapping.map(({ column }) => column))]).toEqual(['Officer']);
    expect(answersOf((cell) => governs(cell) && isUse(cell) && own(cell))).toEqual(['allow']);
  });

  test('a grant lends the use of a key to everyone else, and no release of it', () => {
    expect(answersOf((cell) => granted(cell) && isUse(cell) && !governs(cell))).toEqual(['allow']);
    expect(answersOf((cell) => granted(cell) && isRelease(cell) && cell.column === 'no role')).toEqual(['deny']);
  });

  test('no secret of a named key leaves without approval, and none in an emergency', () => {
    const secrets = new Set(
      Object.keys(resources).filter((name) => name.includes('key') && !/public|session/.test(name)),
    );
    const released = (cell: Cell) => isRelease(cell) && secrets.has(cell.resource);
    expect(answersOf(released)).toEqual(['1', 'deny']);
    expect(answersOf((cell) => released(cell) && cell.column.includes('BreakGlass'))).toEqual(['deny']);
    expect(answersOf((cell) => cell.column === 'BreakGlass' && cell.action === 'subtle.sign')).toContain('allow');
  });

  test("another's session key is nobody's", () => {
    const foreign = ({ resource, action }: Cell) =>
      resource === "another's session key" && action.startsWith('subtle.');
    expect(answersOf(foreign)).toEqual(['deny']);
  });
});

test('an emergency releases nothing, whatever other roles its session has and whoever approves', () => {
  const principal = principalOf('me', [...everyRole, 'BreakGlass']);
  for (const action of ['keys.export', 'subtle.exportKey', 'subtle.wrapKey']) {
    for (const resource of [keyOf(), keyOf({ owner: 'me' }), keyOf({ usedBy: ['me'] })]) {
      const { outcome, policies } = ask(engine, { principal, action, resource, context: { approvals: 1_000 } });
      expect({ outcome, policies }).toEqual({ outcome: 'deny', policies: ['guard.break-glass'] });
    }
  }
  expect(ask(engine, { principal, action: 'subtle.sign', resource: keyOf() }).outcome).toBe('allow');
});
