import { describe, expect, test } from 'vitest';
import { defaultPolicy } from './default-policy.ts';
import type { PolicyRequest } from './engine.ts';
import { ask, engineOf, keyOf, principalOf } from './test-request.ts';

const me = principalOf('me', ['Operator']);
const signing = { principal: me, action: 'subtle.sign', resource: keyOf() };
const request: PolicyRequest = {
  ...signing,
  context: { approvals: 0, transport: 'unix', source: 'default', time: 0 },
};

/** Each version allows one of two actions and forbids the other, by policies that name the version. */
function version(number: number): string {
  const [allowed, denied] = number % 2 === 0 ? ['sign', 'verify'] : ['verify', 'sign'];
  const padding = Array.from(
    { length: 20 },
    (_, index) => `@id("v${number}/pad${index}") permit (principal == Principal::"nobody", action, resource);`,
  );
  return [
    `@id("v${number}/yes") permit (principal, action == Action::"subtle.${allowed}", resource);`,
    `@id("v${number}/no") forbid (principal, action == Action::"subtle.${denied}", resource);`,
    ...padding,
  ].join('\n');
}

describe('a switch of policies', () => {
  test('leaves no decision that is of two versions, whenever it happens', async () => {
    const engine = await engineOf(version(0));
    const compiled = Array.from({ length: 8 }, (_, number) => engine.compile(version(number)));
    let inForce = 0;
    let switches = 0;
    let stop = false;
    const seen = new Set<number>();
    async function askOn(): Promise<void> {
      while (!stop) {
        const before = { number: inForce, epoch: engine.epoch };
        const sign = ask(engine, signing);
        const verify = ask(engine, { ...signing, action: 'subtle.verify' });
        expect(engine.epoch).toBe(before.epoch);
        expect([sign.outcome, verify.outcome]).toEqual(before.number % 2 === 0 ? ['allow', 'deny'] : ['deny', 'allow']);
        for (const { policies, epoch } of [sign, verify]) {
          expect(epoch).toBe(before.epoch);
          for (const id of policies) expect(id.startsWith(`v${before.number}/`)).toBe(true);
        }
        seen.add(before.number);
        await Promise.resolve();
      }
    }
    async function switchOn(): Promise<void> {
      for (let round = 0; round < 400; round++) {
        const number = round % compiled.length;
        const next = compiled[number];
        if (next === undefined) throw new Error('no such version');
        engine.replace(next);
        inForce = number;
        switches += 1;
        await Promise.resolve();
      }
      stop = true;
    }
    await Promise.all([askOn(), askOn(), switchOn(), askOn()]);
    expect(switches).toBe(400);
    expect(seen.size).toBe(compiled.length);
  });

  test('ends what the cache held, once', async () => {
    const engine = await engineOf(defaultPolicy);
    expect(ask(engine, signing).outcome).toBe('allow');
    const { epoch } = engine;
    const nothing = engine.compile('');
    expect(ask(engine, signing).outcome).toBe('allow');
    engine.replace(nothing);
    expect(engine.epoch).toBe(epoch + 1);
    expect(ask(engine, signing)).toEqual({ outcome: 'deny', policies: [], epoch: epoch + 1 });
    expect(engine.approvalsNeeded(request)).toBeUndefined();
    expect(engine.text).toBe('');
    expect(engine.thresholds).toEqual([]);
  });

  test('does not happen by a check, a compilation, a trial or what fails', async () => {
    const engine = await engineOf(defaultPolicy);
    const { epoch, sha256 } = engine;
    engine.check('permit (principal, action, resource);');
    engine.compile('');
    const outcome = await engine.tryOut('', async (compiled) => {
      expect(ask(engine, signing).outcome).toBe('allow');
      return compiled.evaluate(request).outcome;
    });
    expect(outcome).toBe('deny');
    expect(() => engine.compile('permit')).toThrow(expect.objectContaining({ code: 'policy_invalid' }));
    await expect(engine.tryOut('permit', async () => 0)).rejects.toMatchObject({ code: 'policy_invalid' });
    expect(ask(engine, signing).outcome).toBe('allow');
    expect({ epoch: engine.epoch, sha256: engine.sha256 }).toEqual({ epoch, sha256 });
  });
});
