import { createHash } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { AuditRecord } from '../generated/types.ts';
import { testStore } from '../keystore/test-store.ts';
import { defaultPolicy } from '../policy/default-policy.ts';
import type { PolicyRequest } from '../policy/engine.ts';
import { openPolicies } from '../policy/policy-store.ts';
import { engineOf, keyOf, principalOf, system } from '../policy/test-request.ts';
import type { Execution } from '../request/context.ts';
import { createPolicyCheck } from './policy.check.ts';
import { createPolicyExplain } from './policy.explain.ts';
import { createPolicyGet } from './policy.get.ts';
import { createPolicyHistory } from './policy.history.ts';
import { createPolicyLoad } from './policy.load.ts';
import { createPolicyRollback } from './policy.rollback.ts';
import { createPolicySimulate, type RecordedRequest } from './policy.simulate.ts';

const open = '@id("open") permit (principal, action, resource);';
const consent = `${open}
@id("consent") forbid (principal, action == Action::"subtle.sign", resource) unless { context.approvals >= 2 };`;
const execution = { principal: principalOf('olga'), approval: 'apr_1', requestDigest: 'digest' } as Execution;
const call = (index: number) => ({ ...execution, requestDigest: `digest ${index}` }) as Execution;

async function parts() {
  const keystore = await testStore().open();
  onTestFinished(() => keystore.close());
  const opened = await openPolicies({
    documents: keystore.documents,
    governance: 'records',
    newest: undefined,
    isFileTrue: false,
    fileText: defaultPolicy,
    audience: 'hsm.example/audit',
    // Signatures have tests of their own.
    verifySignature: async () => undefined,
    now: () => 7,
  });
  const engine = await engineOf(opened.text);
  return { engine, store: opened.attach(engine, () => undefined) };
}

describe('policy.check', () => {
  test('answers every finding and the digest that an officer would sign, and loads nothing', async () => {
    const engine = await engineOf(open);
    const text =
      '@id("a") permit (principal, action == Action::"nope", resource);\npermit (principal, action, resource);';
    const { findings, sha256 } = await createPolicyCheck(engine)({ text }, execution);
    expect(new Set(findings.map(({ line }) => line))).toEqual(new Set([1, 2]));
    expect(sha256).toBe(createHash('sha256').update(text).digest('base64url'));
    expect(engine.text).toBe(open);
    expect((await createPolicyCheck(engine)({ text: consent }, execution)).findings).toEqual([]);
  });
});

describe('policy.load, rollback, get and history', () => {
  test('tell of the same versions', async () => {
    const { engine, store } = await parts();
    const load = createPolicyLoad(store);
    const get = createPolicyGet(store, engine);
    const history = createPolicyHistory(store);
    const loaded = await load({ text: consent, signature: 'a.b.c', requestId: 'one' }, call(1));
    expect(loaded.policy).toMatchObject({ version: 2, loadedBy: 'olga', approval: 'apr_1', source: 'rpc' });
    const rollback = createPolicyRollback(store);
    const back = await rollback({ version: 1, signature: 'a.b.c', requestId: 'two' }, call(2));
    expect(back.policy).toMatchObject({ version: 3, source: 'rollback', text: defaultPolicy });
    expect(await get({}, execution)).toEqual({ policy: back.policy, epoch: engine.epoch, schema: engine.schema });
    expect((await get({ version: 2 }, execution)).policy).toEqual(loaded.policy);
    await expect(get({ version: 4 }, execution)).rejects.toMatchObject({ code: 'not_found' });

    const first = await history({ limit: 2 }, execution);
    expect(first.versions.map(({ version }) => version)).toEqual([3, 2]);
    const second = await history({ limit: 2, cursor: first.nextCursor ?? '' }, execution);
    expect(second).toEqual({ versions: [(await get({ version: 1 }, execution)).policy] });
    expect((await history({ cursor: '9999999999' }, execution)).versions).toHaveLength(3);
    for (const cursor of ['0', '-1', '1.5', 'x', '99999999999']) {
      await expect(history({ cursor }, execution)).rejects.toMatchObject({ code: 'invalid_params' });
    }
  });
});

describe('policy.explain', () => {
  const people: Record<string, PolicyRequest['principal']> = {
    olga: principalOf('olga', ['Officer']),
    otto: principalOf('otto', ['Operator']),
  };
  async function explain(
    principal: string,
    action: string,
    policies = defaultPolicy,
    key: string | undefined = 'payments',
    wrapping?: string,
  ) {
    const questions = {
      principal: (id: string) => people[id],
      resource: async (_: string, name: string | undefined) => (name === 'payments' ? keyOf() : undefined),
    };
    const handler = createPolicyExplain(await engineOf(policies), questions, () => 0);
    return await handler({ principal, action, key, ...(wrapping && { wrapping }) }, execution);
  }

  test('names the policies that decide, with their texts', async () => {
    const allowed = await explain('otto', 'subtle.sign');
    expect(allowed).toMatchObject({ outcome: 'allow', approvals: 0 });
    expect(allowed.policies.map(({ id, effect }) => [id, effect])).toEqual([['operator.named-keys', 'permit']]);
    expect(defaultPolicy).toContain(allowed.policies[0]?.text);
  });

  test('tells how many approvals would lift a denial, by a forbid and by a permit', async () => {
    const held = await explain('otto', 'subtle.exportKey');
    expect(held).toMatchObject({
      outcome: 'deny',
      approvals: 1,
      policies: [{ id: 'guard.release', effect: 'forbid' }],
    });
    expect(held.reason).toMatch(/guard\.release, unless one other person approves$/);
    const permit = '@id("a") permit (principal, action, resource) when { context.approvals >= 3 };';
    const lifted = await explain('otto', 'subtle.sign', permit);
    expect(lifted).toMatchObject({ outcome: 'deny', approvals: 3, policies: [] });
    expect(lifted.reason).toMatch(/no policy permits it, unless 3 other people approve$/);
  });

  test('tells what would be different if the secret were wrapped', async () => {
    const rule =
      '@id("a") forbid (principal, action == Action::"keys.export", resource) when { context.wrapping == "none" };';
    const policies = `${defaultPolicy}\n${rule}`;
    expect(await explain('olga', 'keys.export', policies)).toMatchObject({ outcome: 'deny', approvals: 0 });
    const wrapped = await explain('olga', 'keys.export', policies, 'payments', 'HPKE-X25519');
    expect(wrapped).toMatchObject({ outcome: 'deny', approvals: 1 });
  });

  test('says where nobody’s consent helps', async () => {
    const denied = await explain('olga', 'subtle.sign');
    expect(denied).toMatchObject({ outcome: 'deny', approvals: 0, policies: [] });
    expect(denied.reason).toMatch(/no policy permits it$/);
  });

  test('knows only who and what there is', async () => {
    await expect(explain('nobody', 'subtle.sign')).rejects.toMatchObject({ code: 'not_found' });
    await expect(explain('otto', 'subtle.sign', open, 'absent')).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('policy.simulate', () => {
  const context = { approvals: 0, transport: 'unix', source: 'default', time: 0 } as const;
  const otto = principalOf('otto', ['Operator']);
  const signing = { principal: otto, action: 'subtle.sign', resource: keyOf(), context };
  const status = { principal: otto, action: 'system.status', resource: system, context };

  function recordedAs(index: number, operation: string, request: PolicyRequest | undefined): RecordedRequest {
    const record: AuditRecord = { v: 1, time: 0, phase: 'use', outcome: 'ok', operation, resource: 'key_1/1' };
    return { index, record, personal: { principal: 'otto' }, request };
  }

  test('answers what would change, and puts nothing in force', async () => {
    const engine = await engineOf(defaultPolicy);
    const { epoch } = engine;
    const asked: number[] = [];
    const handler = createPolicySimulate(engine, async function* (count) {
      asked.push(count);
      yield recordedAs(30, 'subtle.sign', signing);
      yield recordedAs(20, 'system.status', status);
      yield recordedAs(10, 'subtle.sign', undefined);
    });
    const same = { principal: 'otto', resource: 'key_1/1' };
    expect(await handler({ text: consent }, execution)).toEqual({
      looked: 3,
      unknown: 1,
      changes: [
        { ...same, index: 30, operation: 'subtle.sign', before: 'allow', after: 'approval', policies: ['consent'] },
      ],
    });
    const { changes } = await handler({ text: '', requests: 50 }, execution);
    expect(changes.map(({ index, before, after }) => [index, before, after])).toEqual([
      [30, 'allow', 'deny'],
      [20, 'allow', 'deny'],
    ]);
    expect((await handler({ text: defaultPolicy }, execution)).changes).toEqual([]);
    await expect(handler({ text: 'permit' }, execution)).rejects.toMatchObject({ code: 'policy_invalid' });
    expect(asked).toEqual([1_000, 50, 1_000]);
    expect({ epoch: engine.epoch, outcome: engine.decide(signing).outcome }).toEqual({ epoch, outcome: 'allow' });
  });

  test('asks about a wrapping as each of the policies judges it', async () => {
    const only = '@id("only") forbid (principal, action, resource) when { context.wrapping == "none" };';
    const unwraps = '@id("unwraps") permit (principal, action == Action::"subtle.unwrapKey", resource);';
    const exports = '@id("exports") permit (principal, action == Action::"keys.export", resource);';
    const engine = await engineOf(exports + only);
    const resource = keyOf({}, 'key_KKKKKKKKKKKKKKKKKKKKKK/1');
    const request = { ...signing, action: 'keys.export', context: { ...context, wrapping: 'AES-KW' } };
    const handler = createPolicySimulate(engine, async function* () {
      const openers = [{ action: 'subtle.unwrapKey', resource }];
      yield { ...recordedAs(1, 'keys.export', request), openers };
    });
    expect((await handler({ text: exports + only }, execution)).changes).toEqual([]);
    const narrow = `${exports}${unwraps}@id("only") forbid (principal, action == Action::"keys.export", resource)
      when { context.wrapping == "none" };`;
    expect((await handler({ text: narrow }, execution)).changes).toMatchObject([
      { before: 'allow', after: 'deny', policies: ['only'] },
    ]);
  });

  test('of two at once mixes no policies', async () => {
    const engine = await engineOf(defaultPolicy);
    const many = async function* () {
      for (let index = 0; index < 40; index++) yield recordedAs(index, 'subtle.sign', signing);
    };
    const handler = createPolicySimulate(engine, many);
    const [none, two] = await Promise.all([handler({ text: '' }, execution), handler({ text: consent }, execution)]);
    expect(new Set(none.changes.map(({ after }) => after))).toEqual(new Set(['deny']));
    expect(new Set(two.changes.map(({ after }) => after))).toEqual(new Set(['approval']));
    expect([none.changes.length, two.changes.length]).toEqual([40, 40]);
  });
});
