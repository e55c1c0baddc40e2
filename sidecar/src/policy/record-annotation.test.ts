import { describe, expect, test } from 'vitest';
import { SidecarError } from '../errors.ts';
import { loadPolicyEngine } from './engine.ts';
import { allActions, principalOf, system } from './test-request.ts';

const engineOf = (policies: string) => loadPolicyEngine({ policies, actions: allActions });
const request = {
  principal: principalOf('zoe', ['Auditor']),
  action: 'audit.list',
  resource: system,
  context: { approvals: 0, transport: 'unix', source: 'default', time: 0 },
} as const;
const quiet = '@id("quiet") @record("none") permit (principal, action == Action::"audit.list", resource);';
const loud = '@id("loud") permit (principal in Role::"Auditor", action == Action::"audit.list", resource);';

describe('@record("none")', () => {
  test('spares a read its record when every policy that permits it says so', async () => {
    for (const [policies, expected] of [
      [quiet, true],
      [loud, false],
      [`${quiet} ${loud}`, false],
    ] as const) {
      const engine = await engineOf(policies);
      expect(engine.leavesNoRecord(engine.decide(request))).toBe(expected);
    }
  });

  test('never spares a refusal its record', async () => {
    const engine = await engineOf(`${quiet} @id("no") forbid (principal, action == Action::"audit.list", resource);`);
    const decision = engine.decide(request);
    expect(decision.outcome).toBe('deny');
    expect(engine.leavesNoRecord(decision)).toBe(false);
    expect(engine.leavesNoRecord({ outcome: 'deny', policies: [], epoch: 1 })).toBe(false);
  });

  test.each([
    ['@id("a") @record("some") permit (principal, action, resource);', '@record is "none" or absent'],
    [
      '@id("a") @record("none") forbid (principal, action == Action::"audit.list", resource);',
      '@record stands on a permit',
    ],
  ])('%s is refused', async (text, reason) => {
    const refusal = await engineOf(text).catch((error) => error);
    expect(refusal).toBeInstanceOf(SidecarError);
    expect(refusal.detail).toContain(reason);
  });
});
