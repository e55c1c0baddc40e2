import { beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../generated/types.ts';
import { defaultPolicy } from './default-policy.ts';
import type { PolicyContext, PolicyEngine, PolicyRequest, PolicyResource } from './engine.ts';
import { ask, engineOf, keyOf, principalOf, system } from './test-request.ts';

let engine: PolicyEngine;
beforeAll(async () => {
  engine = await engineOf(defaultPolicy);
});

const noon: PolicyContext = { approvals: 0, transport: 'unix', source: 'default', time: Date.UTC(2026, 10, 24, 12) };

function requestOf(roles: readonly Role[], action: string, resource: PolicyResource, context = noon): PolicyRequest {
  return { principal: principalOf('me', roles), action, resource, context };
}

const key = keyOf({}, 'key_one/1');

/** The text of a policy of the shipped text, cut out by its id. */
function textOf(id: string): string {
  const start = defaultPolicy.indexOf(`@id("${id}")`);
  return defaultPolicy.slice(start, defaultPolicy.indexOf(';', start) + 1);
}

describe('an explanation', () => {
  test('of what is allowed shows the policies that permit it', () => {
    expect(engine.explain(requestOf(['Operator'], 'subtle.sign', key))).toEqual({
      outcome: 'allow',
      approvals: 0,
      policies: [{ id: 'operator.named-keys', effect: 'permit', text: textOf('operator.named-keys') }],
      reason: 'me may subtle.sign on Key key_one/1: permitted by operator.named-keys',
    });
  });

  test('of what nothing permits says so, and shows nothing', () => {
    expect(engine.explain(requestOf(['Auditor'], 'subtle.sign', key))).toEqual({
      outcome: 'deny',
      approvals: 0,
      policies: [],
      reason: 'me may not subtle.sign on Key key_one/1: no policy permits it',
    });
  });

  test('of a guard shows it, and how many people would lift it', () => {
    expect(engine.explain(requestOf(['Operator'], 'subtle.exportKey', key))).toEqual({
      outcome: 'deny',
      approvals: 1,
      policies: [{ id: 'guard.release', effect: 'forbid', text: textOf('guard.release') }],
      reason:
        'me may not subtle.exportKey on Key key_one/1: forbidden by guard.release, unless one other person approves',
    });
  });

  test('of a guard that lifting would not help promises nothing', () => {
    expect(engine.explain(requestOf(['Auditor'], 'subtle.exportKey', key))).toMatchObject({
      outcome: 'deny',
      approvals: 0,
      reason: 'me may not subtle.exportKey on Key key_one/1: forbidden by guard.release',
    });
    const emergency = engine.explain(requestOf(['Operator', 'BreakGlass'], 'subtle.exportKey', key));
    expect(emergency).toMatchObject({ outcome: 'deny', approvals: 0 });
    expect(emergency.policies.map(({ id }) => id).sort()).toEqual(['guard.break-glass', 'guard.release']);
  });

  test('starts from no approvals, whatever the request has', () => {
    const approved = requestOf(['Operator'], 'subtle.exportKey', key, { ...noon, approvals: 5 });
    expect(engine.explain(approved)).toMatchObject({ outcome: 'deny', approvals: 1 });
  });

  test('of a permit that asks for people tells how many, though no policy decided', async () => {
    const strict = await engineOf(
      '@id("three") permit (principal, action == Action::"audit.list", resource) when { context.approvals >= 3 };',
    );
    expect(strict.explain(requestOf([], 'audit.list', system))).toEqual({
      outcome: 'deny',
      approvals: 3,
      policies: [],
      reason: 'me may not audit.list on System sidecar: no policy permits it, unless 3 other people approve',
    });
  });

  test('is of the time and place that are asked about', async () => {
    const hours = await engineOf(`@id("local") permit (principal, action == Action::"audit.list", resource)
      when { context.transport == "unix" && context.time < datetime("2027-01-01") };`);
    const outcomes = [noon, { ...noon, transport: 'websocket' } as const, { ...noon, time: Date.UTC(2027, 5, 1) }].map(
      (context) => hours.explain(requestOf([], 'audit.list', system, context)).outcome,
    );
    expect(outcomes).toEqual(['allow', 'deny', 'deny']);
  });

  test('of a policy that fails names it, and of what cannot be asked shows nothing', async () => {
    const broken = await engineOf(`@id("all") permit (principal, action, resource);
      @id("broken") forbid (principal, action, resource is Key) when { 9223372036854775807 + 1 > 0 };`);
    const failed = broken.explain(requestOf([], 'subtle.sign', key));
    expect(failed).toMatchObject({ outcome: 'deny', approvals: 0, policies: [{ id: 'broken', effect: 'forbid' }] });
    expect(broken.explain(requestOf([], 'subtle.sign', system))).toMatchObject({ outcome: 'deny', policies: [] });
    expect(broken.explain(requestOf([], 'no.such.action', key))).toMatchObject({ outcome: 'deny', policies: [] });
  });

  test('shows a hundred policies at most', async () => {
    const many = Array.from({ length: 120 }, (_, index) => `@id("p${index}") permit (principal, action, resource);`);
    const crowd = await engineOf(many.join('\n'));
    const { policies, reason } = crowd.explain(requestOf([], 'audit.list', system));
    expect(policies).toHaveLength(100);
    expect(new Set(policies.map(({ id }) => id)).size).toBe(100);
    for (const { id, text } of policies) expect(text).toBe(`@id("${id}") permit (principal, action, resource);`);
    expect(reason.length).toBeGreaterThan(0);
  });

  test('is of the policies in force, says what is decided, and decides nothing itself', async () => {
    const changing = await engineOf(defaultPolicy);
    const request = requestOf(['Operator'], 'subtle.sign', key);
    for (const text of ['', defaultPolicy, '@id("no") forbid (principal, action, resource);']) {
      changing.replace(changing.compile(text));
      const { epoch, cacheStatistics } = changing;
      const asked = { ...cacheStatistics };
      const { outcome, policies } = changing.explain(request);
      expect({ epoch: changing.epoch, ...changing.cacheStatistics }).toEqual({ epoch, ...asked });
      const decision = ask(changing, request);
      expect({ outcome, policies: policies.map(({ id }) => id) }).toEqual({
        outcome: decision.outcome,
        policies: decision.policies,
      });
    }
  });
});
