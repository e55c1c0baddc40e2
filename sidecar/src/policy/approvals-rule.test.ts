import { describe, expect, test } from 'vitest';
import { engineOf } from './test-request.ts';

const scope = '(principal, action == Action::"subtle.sign", resource is Key)';

describe('approvals may stand', () => {
  const accepted = [
    `permit ${scope} when { context.approvals >= 1 };`,
    `permit ${scope} when { context.approvals >= 1000 };`,
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
  const least = 'context.approvals is compared with a number of at least 1, at most 1000';
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
    [`permit ${scope} when { context.approvals >= 1001 };`, least],
    [`permit ${scope} when { context.approvals >= 9223372036854775807 };`, least],
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
