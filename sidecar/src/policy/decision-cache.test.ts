import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultPolicy } from './default-policy.ts';
import type { PolicyContext } from './engine.ts';
import type { PolicyValue } from './request.ts';
import { ask, engineOf, keyOf, principalOf, type Question, system } from './test-request.ts';

const all = principalOf('me', ['Administrator', 'Officer', 'Operator', 'Auditor', 'Service']);
const signing: Question = { principal: all, action: 'subtle.sign', resource: keyOf() };
const permitAll = '@id("all") permit (principal, action, resource);';

describe('the cache', () => {
  test('answers the second time, and forgets with the epoch', async () => {
    const engine = await engineOf(defaultPolicy);
    const first = ask(engine, signing);
    expect(ask(engine, signing)).toBe(first);
    expect(engine.cacheStatistics).toEqual({ hits: 1, misses: 1 });
    expect(first.epoch).toBe(engine.epoch);
    expect(engine.advanceEpoch()).toBe(first.epoch + 1);
    const second = ask(engine, signing);
    expect(second).toEqual({ ...first, epoch: first.epoch + 1 });
    expect(engine.cacheStatistics).toEqual({ hits: 1, misses: 2 });
    expect(Object.isFrozen(first)).toBe(true);
    expect(Object.isFrozen(first.policies)).toBe(true);
  });

  const onContext: Record<
    string,
    [condition: string, allowed: Partial<PolicyContext>, denied: Partial<PolicyContext>]
  > = {
    transport: ['context.transport == "unix"', { transport: 'unix' }, { transport: 'websocket' }],
    time: ['context.time < datetime("2027-01-01")', { time: Date.UTC(2026, 11, 31) }, { time: Date.UTC(2027, 0, 1) }],
    approvals: ['context.approvals >= 2', { approvals: 2 }, { approvals: 1 }],
    wrapping: ['context.wrapping != "none"', { wrapping: 'HPKE-X25519' }, {}],
    'time behind another condition': [
      'resource.scope == "session" || (principal.kind == "person" && !(context.time >= datetime("2027-01-01")))',
      { time: Date.UTC(2026, 11, 31) },
      { time: Date.UTC(2027, 0, 1) },
    ],
    'approvals beside a time': [
      'context.approvals >= 1 || context.time < datetime("2027-01-01")',
      { time: Date.UTC(2026, 11, 31) },
      { time: Date.UTC(2027, 0, 1) },
    ],
  };

  test.each(Object.entries(onContext))('never holds a decision that depends on %s', async (_, [condition, yes, no]) => {
    const body = '(principal, action == Action::"subtle.sign", resource is Key)';
    const policies = [
      `@id("a") permit ${body} when { ${condition} };`,
      `${permitAll} @id("a") forbid ${body} unless { ${condition} };`,
    ];
    for (const text of policies) {
      const engine = await engineOf(text);
      for (let time = 0; time < 3; time++) {
        expect(ask(engine, { ...signing, context: yes }).outcome).toBe('allow');
        expect(ask(engine, { ...signing, context: no }).outcome).toBe('deny');
      }
      expect(engine.cacheStatistics.hits).toBe(0);
    }
  });

  test('still holds what no context could change under the same policies', async () => {
    const text = `${permitAll} @id("a") forbid (principal, action == Action::"subtle.sign", resource is Key)
      when { resource.scope == "named" && context.transport == "websocket" };`;
    const engine = await engineOf(text);
    const free = { ...signing, resource: keyOf({ scope: 'session' }) };
    for (let time = 0; time < 2; time++) {
      expect(ask(engine, free).outcome).toBe('allow');
      expect(ask(engine, { ...free, context: { transport: 'websocket' } }).outcome).toBe('allow');
      expect(ask(engine, signing).outcome).toBe('allow');
      expect(ask(engine, { ...signing, context: { transport: 'websocket' } }).outcome).toBe('deny');
    }
    expect(engine.cacheStatistics).toEqual({ hits: 3, misses: 5 });
  });

  test('tells apart principals that differ in one thing only', async () => {
    const engine = await engineOf(`
      @id("owner") permit (principal, action == Action::"subtle.sign", resource is Key)
        when { principal has owner && principal.owner == resource.owner };
      @id("kind") permit (principal, action == Action::"subtle.verify", resource is Key)
        when { principal.kind == "person" };
      @id("credential") permit (principal, action == Action::"subtle.encrypt", resource is Key)
        when { principal.credential == "token" };`);
    const token = Object.freeze({ kind: 'token', subject: 'x' } as const);
    const twins = [
      ['subtle.sign', { ...principalOf('robot'), owner: 'zoe' }, { ...principalOf('robot'), owner: 'me' }],
      ['subtle.sign', { ...principalOf('robot'), owner: 'zoe' }, principalOf('robot')],
      ['subtle.verify', principalOf('robot'), principalOf('robot', [], 'workload')],
      ['subtle.encrypt', { ...principalOf('robot'), credential: token }, principalOf('robot')],
    ] as const;
    for (const [action, allowed, denied] of twins) {
      for (let time = 0; time < 2; time++) {
        expect(ask(engine, { ...signing, action, principal: allowed }).outcome).toBe('allow');
        expect(ask(engine, { ...signing, action, principal: denied }).outcome).toBe('deny');
      }
    }
    expect(engine.cacheStatistics.hits).toBeGreaterThan(0);
  });

  test('sees a change of what is not frozen', async () => {
    const engine = await engineOf(defaultPolicy);
    const principal = { ...principalOf('me'), roles: ['Operator' as 'Operator' | 'Auditor'] };
    const attributes: Record<string, PolicyValue> = { ...keyOf().attributes };
    const question: Question = { ...signing, principal, resource: { ...keyOf(), attributes } };
    expect(ask(engine, question).outcome).toBe('allow');
    principal.roles[0] = 'Auditor';
    expect(ask(engine, question).outcome).toBe('deny');
    Object.assign(attributes, { owner: 'me', scope: 'session' });
    expect(ask(engine, question).outcome).toBe('allow');
  });
});

describe('cached and uncached decisions agree', () => {
  const policies = `${defaultPolicy}
    @id("x.id") forbid (principal, action, resource == Key::"key_one/1");
    @id("x.name") permit (principal, action == Action::"subtle.sign", resource is Key)
      when { resource has name && resource.name like "free/*" };
    @id("x.tag") forbid (principal, action in Action::"key.use", resource is Key)
      when { resource.hasTag("hours") && resource.getTag("hours") == "day" && context.time.toTime() < duration("8h") };
    @id("x.credential") forbid (principal, action == Action::"subtle.decrypt", resource)
      unless { principal.credential == "unix-peer" };
    @id("x.owner") permit (principal, action == Action::"subtle.verify", resource is Key)
      when { principal has owner && principal.owner == resource.owner };
    @id("x.alice") forbid (principal == Principal::"alice", action == Action::"subtle.encrypt", resource);
    @id("x.transport") forbid (principal in Role::"Auditor", action, resource is System)
      when { context.transport == "websocket" };`;

  const principals = fc
    .record({
      id: fc.constantFrom('alice', 'bob', 'me'),
      roles: fc.subarray(['Administrator', 'Officer', 'Operator', 'Auditor', 'Service'] as const),
      owner: fc.constantFrom(undefined, 'alice', 'zoe'),
      kind: fc.constantFrom('unix-peer' as const, 'token' as const),
    })
    .map(({ id, roles, owner, kind }) => {
      const credential = Object.freeze({ kind, subject: 'x' });
      return Object.freeze({ ...principalOf(id, roles), credential, ...(owner !== undefined && { owner }) });
    });
  const keys = fc
    .record({
      id: fc.constantFrom('key_one/1', 'key_two/1', 'key_two/2'),
      owner: fc.constantFrom('alice', 'bob', 'zoe'),
      scope: fc.constantFrom('named', 'session'),
      name: fc.constantFrom('free/a', 'bound/a'),
      keyType: fc.constantFrom('private', 'public'),
      labels: fc.constantFrom({}, { service: 'alice' }, { hours: 'day' }, { hours: 'night', service: 'bob' }),
    })
    .map(({ id, ...attributes }) => keyOf(attributes, id));
  const contexts = fc.record({
    approvals: fc.nat({ max: 2 }),
    transport: fc.constantFrom('unix' as const, 'websocket' as const),
    time: fc.constantFrom(Date.UTC(2026, 0, 1, 3), Date.UTC(2026, 0, 1, 12)),
  });
  const actions = fc.constantFrom(
    'subtle.sign',
    'subtle.verify',
    'subtle.decrypt',
    'subtle.encrypt',
    'subtle.exportKey',
  );
  const questions: fc.Arbitrary<Question> = fc.oneof(
    fc.record({ principal: principals, action: actions, resource: keys, context: contexts }),
    fc.record({
      principal: principals,
      action: fc.constant('audit.list'),
      resource: fc.constant(system),
      context: contexts,
    }),
  );

  test('in every order of questions', async () => {
    const cached = await engineOf(policies);
    const fresh = await engineOf(policies);
    fc.assert(
      fc.property(fc.array(questions, { minLength: 1, maxLength: 20 }), (sequence) => {
        for (const question of [...sequence, ...sequence]) {
          const { outcome, policies: decided } = ask(cached, question);
          fresh.advanceEpoch();
          const uncached = ask(fresh, question);
          expect({ outcome, decided: new Set(decided) }).toEqual({
            outcome: uncached.outcome,
            decided: new Set(uncached.policies),
          });
        }
      }),
      { numRuns: 100 },
    );
    expect(cached.cacheStatistics.hits).toBeGreaterThan(100);
    expect(fresh.cacheStatistics.hits).toBe(0);
  });
});
