import { beforeAll, describe, expect, test } from 'vitest';
import { type Cedar, loadCedar } from './cedar.ts';
import { defaultPolicy } from './default-policy.ts';
import { inspectPolicies } from './findings.ts';
import { cedarSchema, methodActions } from './schema.ts';
import { inspectOrRecall, policySchema } from './shipped-inspection.ts';

describe('what was found out when the package was built', () => {
  let cedar: Cedar;
  const text = cedarSchema(methodActions);

  beforeAll(async () => {
    cedar = await loadCedar();
  });

  /** Cedar as it is, counting the calls that recalling saves. */
  function counted() {
    let calls = 0;
    const counting = new Proxy(cedar, {
      get(target, name, receiver) {
        if (name === 'validate' || name === 'policyToJson') calls += 1;
        return Reflect.get(target, name, receiver);
      },
    });
    return { counting, calls: () => calls };
  }

  test('is what inspecting the shipped policies finds', () => {
    const { counting, calls } = counted();
    const recalled = inspectOrRecall(counting, policySchema(cedar, text), defaultPolicy);
    expect(calls()).toBe(0);
    expect(recalled).toEqual(inspectPolicies(cedar, text, defaultPolicy));
    expect(recalled.policies.length).toBeGreaterThan(20);
  });

  test.each([
    ['another text', `${defaultPolicy}\n@id("mine") permit (principal, action, resource);`, text],
    ['a text with one more space', `${defaultPolicy} `, text],
    ['another schema', defaultPolicy, cedarSchema([...methodActions, 'keys.vanish'])],
  ])('is not taken for %s', (_, policies, schemaText) => {
    const { counting, calls } = counted();
    const inspection = inspectOrRecall(counting, policySchema(cedar, schemaText), policies);
    expect(calls()).toBeGreaterThan(20);
    expect(inspection).toEqual(inspectPolicies(cedar, schemaText, policies));
  });

  test('is not taken for another Cedar', () => {
    const { counting, calls } = counted();
    const newer = new Proxy(counting, {
      get: (target, name, receiver) =>
        name === 'getCedarVersion' ? () => '999.0.0' : Reflect.get(target, name, receiver),
    });
    expect(policySchema(newer, text).prepared).toBe(text);
    inspectOrRecall(newer, policySchema(newer, text), defaultPolicy);
    expect(calls()).toBeGreaterThan(20);
  });

  test.each([
    ['a policy that does not fit', '@id("x") permit (principal, action == Action::"keys.no", resource);'],
    ['a guard that can never stand', '@id("x") forbid (principal, action == Action::"keys.list", resource is Key);'],
    [
      'an attribute that is not there',
      '@id("x") permit (principal, action, resource is Key) when { resource.colour == "red" };',
    ],
  ])('the prepared schema finds the same wrong with %s', (_, policies) => {
    const schema = policySchema(cedar, text);
    expect(schema.prepared).not.toBe(text);
    const found = inspectOrRecall(cedar, schema, policies).findings;
    expect(found.length).toBeGreaterThan(0);
    expect(found).toEqual(inspectPolicies(cedar, text, policies).findings);
  });
});
