import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultPolicy } from './default-policy.ts';
import { allActions, ask, engineOf, keyOf, principalOf, type Question, session, system } from './test-request.ts';

const scope = '(principal, action == Action::"subtle.sign", resource is Key)';

describe('approvals may stand', () => {
  const accepted = [
    `permit ${scope} when { context.approvals >= 1 };`,
    `permit ${scope} when { context["approvals"] >= 2 && resource.scope == "named" };`,
    `permit ${scope} unless { !(context.approvals >= 2) };`,
    `forbid ${scope} unless { context.approvals >= 2 };`,
    `forbid ${scope} when { !(context.approvals >= 2) };`,
    `forbid ${scope} when { resource.scope == "named" } unless { context.approvals >= 1 || resource.extractable };`,
    `permit ${scope} when { if resource.scope == "named" then context.approvals >= 2 else context.approvals >= 1 };`,
    `permit ${scope} when { !(!(context.approvals >= 1)) };`,
  ];

  test.each(accepted)('%s', async (policy) => {
    await expect(engineOf(`@id("a") ${policy}`)).resolves.toBeDefined();
  });
});

describe('approvals are refused', () => {
  const onlyAsThreshold = 'context.approvals may appear only as context.approvals >= N';
  const least = 'context.approvals is compared with a number of at least 1';
  const punishes = 'more approvals would turn an allow into a deny';
  const whole = 'context may be used only by its fields';
  const refused: [policy: string, reason: string][] = [
    [`permit ${scope} when { context.approvals == 1 };`, onlyAsThreshold],
    [`permit ${scope} when { context.approvals != 0 };`, onlyAsThreshold],
    [`permit ${scope} when { context.approvals > 1 };`, onlyAsThreshold],
    [`permit ${scope} when { context.approvals <= 1 };`, onlyAsThreshold],
    [`permit ${scope} when { context.approvals < 1 };`, onlyAsThreshold],
    [`permit ${scope} when { 1 <= context.approvals };`, onlyAsThreshold],
    [`permit ${scope} when { 3 >= context.approvals };`, onlyAsThreshold],
    [`permit ${scope} when { context.approvals + 1 >= 2 };`, onlyAsThreshold],
    [`permit ${scope} when { context.approvals * -1 >= -1 };`, onlyAsThreshold],
    [`permit ${scope} when { [1, 3].contains(context.approvals) };`, onlyAsThreshold],
    [`permit ${scope} when { {a: context.approvals}.a >= 1 };`, onlyAsThreshold],
    [`permit ${scope} when { (if true then context.approvals else 1) >= 1 };`, onlyAsThreshold],
    [`permit ${scope} when { context has approvals };`, onlyAsThreshold],
    [`permit ${scope} when { context.approvals >= 0 };`, least],
    [`permit ${scope} when { context.approvals >= -1 };`, least],
    [`permit ${scope} when { context.approvals >= context.approvals };`, least],
    [`permit ${scope} when { context.approvals >= 1 + 1 };`, least],
    [`permit ${scope} when { context == context };`, whole],
    [`permit ${scope} when { [context].contains(context) };`, whole],
    [`permit ${scope} when { (if true then context else context).approvals >= 1 };`, whole],
    [`permit ${scope} when { {a: context}.a.approvals >= 1 };`, whole],
    [`permit ${scope} when { {Var: context}.Var.approvals >= 1 };`, whole],
    [`permit ${scope} when { {Value: context}.Value.approvals >= 1 };`, whole],
    [`permit ${scope} when { !(context.approvals >= 1) };`, punishes],
    [`permit ${scope} unless { context.approvals >= 1 };`, punishes],
    [`forbid ${scope} when { context.approvals >= 1 };`, punishes],
    [`forbid ${scope} unless { !(context.approvals >= 1) };`, punishes],
    [`permit ${scope} when { (context.approvals >= 1) == false };`, punishes],
    [`permit ${scope} when { [context.approvals >= 1].contains(false) };`, punishes],
    [`permit ${scope} when { if context.approvals >= 1 then false else true };`, punishes],
    [`permit ${scope} when { resource.extractable && !(true && (context.approvals >= 2 || false)) };`, punishes],
  ];

  test.each(refused)('%s', async (policy, reason) => {
    const detail = `policy.cedar:1: a: ${reason}`;
    await expect(engineOf(`@id("a") ${policy}`)).rejects.toMatchObject({ code: 'config_invalid', detail });
  });
});

const principals = [principalOf('me'), principalOf('me', ['Operator']), principalOf('zoe', ['Service', 'Auditor'])];
const contexts = [{ transport: 'unix' }, { transport: 'websocket' }] as const;

/** Whether some number of approvals is denied although a smaller one is allowed. */
function punishesConsent(engine: Awaited<ReturnType<typeof engineOf>>, question: Question): boolean {
  const outcomes = [0, 1, 2, 3, 4, 1_000].map(
    (approvals) => ask(engine, { ...question, context: { ...question.context, approvals } }).outcome,
  );
  return outcomes.lastIndexOf('deny') > outcomes.indexOf('allow') && outcomes.includes('allow');
}

describe('more approvals never turn an allow into a deny', () => {
  test('under the shipped policy, for every action', async () => {
    const engine = await engineOf(defaultPolicy);
    const names = [keyOf(), keyOf({ owner: 'me' })].map((key) => ({ ...key, type: 'KeyName' }) as const);
    const keys = [
      keyOf(),
      keyOf({ owner: 'me' }),
      keyOf({ scope: 'session', owner: 'me' }),
      keyOf({ keyType: 'public' }),
    ];
    for (const action of allActions) {
      for (const resource of [...keys, ...names, system, session]) {
        for (const principal of principals) {
          expect(punishesConsent(engine, { principal, action, resource })).toBe(false);
        }
      }
    }
  });

  const threshold = fc.integer({ min: 1, max: 3 }).map((least) => `context.approvals >= ${least}`);
  const fact = fc.constantFrom(
    'resource.scope == "named"',
    'context.transport == "unix"',
    'principal in Role::"Operator"',
  );
  const join = (one: fc.Arbitrary<string>, other: fc.Arbitrary<string>, operator: string) =>
    fc.tuple(one, other).map(([a, b]) => `(${a} ${operator} ${b})`);
  const not = (one: fc.Arbitrary<string>) => one.map((a) => `!(${a})`);
  const choice = (when: fc.Arbitrary<string>, one: fc.Arbitrary<string>) =>
    fc.tuple(when, one, one).map(([a, b, c]) => `(if ${a} then ${b} else ${c})`);

  /** `any` mixes approvals and facts at will; approvals only help `helped`, and only hurt `hurt`. */
  const conditions = fc.letrec<{ any: string; helped: string; hurt: string }>((tie) => {
    const [any, helped, hurt] = [tie('any'), tie('helped'), tie('hurt')];
    const same = (one: fc.Arbitrary<string>) => [join(one, one, '&&'), join(one, one, '||')];
    const depth = { depthSize: 'small' } as const;
    return {
      any: fc.oneof(depth, threshold, fact, not(any), choice(any, any), join(any, any, '=='), ...same(any)),
      helped: fc.oneof(depth, threshold, fact, not(hurt), choice(fact, helped), ...same(helped)),
      hurt: fc.oneof(depth, fact, not(helped), choice(fact, hurt), ...same(hurt)),
    };
  });
  const policyOf = (effect: string, kind: string, condition: fc.Arbitrary<string>) =>
    condition.map((body) => `${effect} ${scope} ${kind} { ${body} };`);
  const wild = fc.oneof(
    policyOf('permit', 'when', conditions.any),
    policyOf('permit', 'unless', conditions.any),
    policyOf('forbid', 'when', conditions.any),
    policyOf('forbid', 'unless', conditions.any),
  );
  const tame = fc.oneof(
    policyOf('permit', 'when', conditions.helped),
    policyOf('permit', 'unless', conditions.hurt),
    policyOf('forbid', 'when', conditions.hurt),
    policyOf('forbid', 'unless', conditions.helped),
  );
  const several = { minLength: 1, maxLength: 4 };
  const sets = fc.oneof(fc.array(wild, several), fc.array(tame, several));

  test('under any policies that the rule lets in', async () => {
    let loaded = 0;
    await fc.assert(
      fc.asyncProperty(sets, async (policies) => {
        const text = policies.map((one, index) => `@id("p${index}") ${one}`).join('\n');
        const engine = await engineOf(
          `${text}\n@id("base") permit ${scope} when { principal in Role::"Operator" };`,
        ).catch((error) => {
          expect(error).toMatchObject({ code: 'config_invalid' });
          return undefined;
        });
        if (engine === undefined) return;
        loaded++;
        for (const principal of principals) {
          for (const context of contexts) {
            const question = { principal, action: 'subtle.sign', resource: keyOf(), context };
            expect(punishesConsent(engine, question), text).toBe(false);
          }
        }
      }),
      { numRuns: 150 },
    );
    expect(loaded).toBeGreaterThan(20);
  });
});
