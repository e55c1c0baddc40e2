import { describe, expect, test } from 'vitest';
import { allActions, ask, engineOf, keyOf, principalOf, type Question, session, system } from './test-request.ts';

const all = principalOf('me', ['Administrator', 'Officer', 'Operator', 'Auditor', 'Service']);
const signing: Question = { principal: all, action: 'subtle.sign', resource: keyOf() };
const permitAll = '@id("all") permit (principal, action, resource);';

describe('what cannot be decided is denied', () => {
  const strange: Record<string, Question> = {
    'an unknown action': { ...signing, action: 'subtle.destroy' },
    'a group in place of an action': { ...signing, action: 'key.use' },
    'an empty action': { ...signing, action: '' },
    'an action on another kind of resource': { ...signing, resource: system },
    'a resource of an unknown type': { ...signing, resource: { ...keyOf(), type: 'Role' as 'Key', id: 'Operator' } },
    'a key without an owner': { ...signing, resource: { type: 'Key', id: 'x', attributes: { scope: 'named' } } },
    'a key with an unknown attribute': { ...signing, resource: keyOf({ admin: true }) },
    'a key with an attribute of another type': { ...signing, resource: keyOf({ extractable: 'true' }) },
    'a key with a reference in place of a text': {
      ...signing,
      resource: keyOf({ name: { __entity: '' } as Record<string, string> }),
    },
    'an owner that is no text': { ...signing, resource: keyOf({ owner: 7 }) },
    'labels that are no record': { ...signing, resource: keyOf({ labels: 'service' }) },
    'a role that does not exist': { ...signing, principal: principalOf('me', ['Root' as 'Operator']) },
    'a time that is none': { ...signing, context: { time: Number.NaN } },
    'approvals that are no number': { ...signing, context: { approvals: '9' as unknown as number } },
    'approvals in part': { ...signing, context: { approvals: 1.5 } },
  };

  test.each(Object.entries(strange))('%s', async (_, question) => {
    const faults: string[] = [];
    const engine = await engineOf(permitAll, (reason) => faults.push(reason));
    for (let time = 0; time < 2; time++) {
      expect(ask(engine, question).outcome).toBe('deny');
      expect(faults).toHaveLength(time + 1);
    }
    expect(ask(engine, signing).outcome).toBe('allow');
  });

  test('a forbid that fails is no open door, and its denial is not remembered', async () => {
    const faults: string[] = [];
    const broken = `${permitAll}
      @id("broken") forbid (principal, action == Action::"subtle.sign", resource)
      when { 9223372036854775807 + context.time.toTime().toMilliseconds() > 0 };`;
    const engine = await engineOf(broken, (reason) => faults.push(reason));
    expect(ask(engine, signing)).toMatchObject({ outcome: 'deny', policies: ['broken'] });
    expect(faults).toEqual([expect.stringContaining('broken')]);
    const midnight = { time: Date.UTC(2026, 10, 24) };
    expect(ask(engine, { ...signing, context: midnight }).outcome).toBe('deny');
    expect(ask(engine, { ...signing, action: 'subtle.verify' }).outcome).toBe('allow');
    expect(faults).toHaveLength(1);
  });

  test('a permit that fails denies even beside one that permits', async () => {
    const broken = `${permitAll}
      @id("broken") permit (principal, action, resource is Key) when { 9223372036854775807 + 1 > 0 };`;
    const engine = await engineOf(broken);
    expect(ask(engine, signing)).toMatchObject({ outcome: 'deny', policies: ['broken'] });
    expect(engine.cacheStatistics).toEqual({ hits: 0, misses: 1 });
    ask(engine, signing);
    expect(engine.cacheStatistics).toEqual({ hits: 0, misses: 2 });
  });

  test('nothing is permitted without policies', async () => {
    const engine = await engineOf('');
    for (const action of allActions) {
      for (const resource of [keyOf(), { ...keyOf(), type: 'KeyName' } as const, session, system]) {
        expect(ask(engine, { principal: all, action, resource }).outcome).toBe('deny');
      }
    }
  });
});

describe('policies are refused that', () => {
  const refused: Record<string, [policies: string, reason: string | RegExp]> = {
    'do not parse': ['permit (principal', /policy.cedar:1: /],
    'have no id': ['permit (principal, action, resource);', 'has no @id'],
    'share an id': [`${permitAll} ${permitAll}`, 'two policies have @id("all")'],
    'have a strange id': ['@id("__proto__") permit (principal, action, resource);', 'is not of letters'],
    'are templates': ['@id("a") permit (principal == ?principal, action, resource);', 'templates are not supported'],
    'name an unknown attribute': [
      '@id("a") permit (principal, action, resource is Key) when { resource.scoop == "named" };',
      'a: ',
    ],
    'name an unknown action': ['@id("a") permit (principal, action == Action::"subtle.Sign", resource);', 'a: '],
    'name an unknown role': ['@id("a") permit (principal in Role::"Root", action, resource);', 'a: '],
    'read an optional attribute unguarded': [
      '@id("a") forbid (principal, action, resource is Key) when { resource.name == "x" };',
      'a: ',
    ],
    'read a tag unguarded': [
      '@id("a") forbid (principal, action, resource is Key) when { resource.getTag("x") == "y" };',
      'a: ',
    ],
    'compare unlike types': [
      '@id("a") forbid (principal, action, resource is Key) when { resource.scope == 1 };',
      'a: ',
    ],
    'read an unknown context': ['@id("a") permit (principal, action, resource) when { context.hour > 8 };', 'a: '],
    'are a forbid that can never stand': [
      '@id("a") forbid (principal, action == Action::"subtle.sign", resource is System);',
      'a: ',
    ],
  };

  test.each(Object.entries(refused))('%s', async (_, [policies, reason]) => {
    const detail = expect.stringMatching(typeof reason === 'string' ? reason.replace(/[()@"]/g, '.') : reason);
    await expect(engineOf(policies)).rejects.toMatchObject({ code: 'config_invalid', detail });
  });
});
