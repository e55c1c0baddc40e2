import fc from 'fast-check';
import type { Principal, Role } from '../generated/types.ts';
import type { PolicyContext, PolicyRequest } from './request.ts';
import { keyOf, principalOf } from './test-request.ts';

/** Conditions over approvals, the principal, the key and the rest of the context, mixed at will. */
const approvals = fc.integer({ min: 1, max: 16 }).map((least) => `context.approvals >= ${least}`);
const facts = fc.constantFrom(
  'resource.scope == "named"',
  'resource.securityBits >= 128',
  'resource.hasTag("team") && resource.getTag("team") == "pay"',
  'resource has environment && resource.environment == "test"',
  'resource.usedBy.contains(principal)',
  'resource.owner == principal',
  'resource == Key::"key_one/1"',
  'principal in resource.usedByGroups',
  'principal in Group::"ops"',
  'principal in Role::"Operator"',
  'principal has owner && principal.owner == resource.owner',
  'principal.kind == "person"',
  'principal.credential == "token"',
  'context.transport == "unix"',
  'context.source == "default"',
  'context.time < datetime("2027-01-01")',
);
const join = (one: fc.Arbitrary<string>, operator: string) =>
  fc.tuple(one, one).map(([a, b]) => `((${a}) ${operator} (${b}))`);
const not = (one: fc.Arbitrary<string>) => one.map((a) => `!(${a})`);
const choice = (one: fc.Arbitrary<string>) =>
  fc.tuple(facts, one, one).map(([a, b, c]) => `(if ${a} then ${b} else ${c})`);

/** Approvals only help `helped`, only hurt `hurt`, and stand anywhere in `any`. */
const conditions = fc.letrec<{ any: string; helped: string; hurt: string }>((tie) => {
  const [any, helped, hurt] = [tie('any'), tie('helped'), tie('hurt')];
  const mixed = (one: fc.Arbitrary<string>) => [join(one, '&&'), join(one, '||'), choice(one)];
  const depth = { depthSize: 'small' } as const;
  return {
    any: fc.oneof(depth, approvals, facts, not(any), join(any, '=='), ...mixed(any)),
    helped: fc.oneof(depth, approvals, facts, not(hurt), ...mixed(helped)),
    hurt: fc.oneof(depth, facts, not(helped), ...mixed(hurt)),
  };
});

const scopes = fc.constantFrom(
  '(principal, action in Action::"key.use", resource is Key)',
  '(principal, action == Action::"subtle.sign", resource)',
  '(principal in Role::"Operator", action in Action::"subtle.*", resource is Key)',
  '(principal in Group::"ops", action, resource == Key::"key_one/1")',
  '(principal == Principal::"me", action == Action::"subtle.decrypt", resource is Key)',
);
const rule = (effect: string, clause: string, condition: fc.Arbitrary<string>) =>
  fc.tuple(scopes, condition).map(([scope, body]) => `${effect} ${scope} ${clause} { ${body} };`);
const helpful = [
  rule('permit', 'when', conditions.helped),
  rule('permit', 'unless', conditions.hurt),
  rule('forbid', 'when', conditions.hurt),
  rule('forbid', 'unless', conditions.helped),
];
const wild = [rule('permit', 'when', conditions.any), rule('forbid', 'unless', conditions.any)];

/** Texts of which most keep the approvals rule, for an engine that knows `subtle.sign` and `subtle.decrypt`. */
export const policyTexts: fc.Arbitrary<string> = fc
  .oneof(
    { arbitrary: fc.array(fc.oneof(...helpful), { minLength: 1, maxLength: 5 }), weight: 8 },
    { arbitrary: fc.array(fc.oneof(...wild), { minLength: 1, maxLength: 3 }), weight: 2 },
  )
  .map((policies) => policies.map((policy, index) => `@id("p${index}") ${policy}`).join('\n'));

const roles: readonly Role[] = ['Administrator', 'Officer', 'Operator', 'Auditor', 'Service', 'BreakGlass'];

export const people: fc.Arbitrary<Principal> = fc
  .record({
    id: fc.constantFrom('me', 'zoe'),
    roles: fc.subarray([...roles], { maxLength: 2 }),
    groups: fc.constantFrom<string[]>([], ['ops']),
    kind: fc.constantFrom<'person' | 'workload'>('person', 'workload'),
    owner: fc.constantFrom(undefined, 'me', 'zoe'),
    credential: fc.constantFrom<'unix-peer' | 'token'>('unix-peer', 'token'),
  })
  .map(({ id, roles, groups, kind, owner, credential }) => ({
    ...principalOf(id, roles, kind),
    groups,
    credential: { kind: credential, subject: 'x' },
    ...(owner !== undefined && { owner }),
  }));

export const contexts: fc.Arbitrary<PolicyContext> = fc.record({
  approvals: fc.nat({ max: 17 }),
  transport: fc.constantFrom('unix', 'websocket', 'rest'),
  source: fc.constantFrom('default', '10.0.0.7'),
  time: fc.constantFrom(Date.UTC(2026, 0, 1), Date.UTC(2028, 0, 1)),
  wrapping: fc.constantFrom(undefined, 'AES-KWP', 'HPKE-X25519'),
});

const keys = fc
  .record({
    id: fc.constantFrom('key_one/1', 'key_two/1'),
    owner: fc.constantFrom('me', 'zoe'),
    scope: fc.constantFrom('named', 'session'),
    securityBits: fc.constantFrom(112, 256),
    environment: fc.constantFrom(undefined, 'test', 'production'),
    usedBy: fc.constantFrom<readonly string[]>([], ['me']),
    usedByGroups: fc.constantFrom<readonly string[]>([], ['ops']),
    labels: fc.constantFrom<Readonly<Record<string, string>>>({}, { team: 'pay' }),
  })
  .map(({ id, environment, ...attributes }) => {
    return keyOf({ ...attributes, ...(environment !== undefined && { environment }) }, id);
  });

export const requests: fc.Arbitrary<PolicyRequest> = fc.record({
  principal: people,
  action: fc.constantFrom('subtle.sign', 'subtle.decrypt'),
  resource: keys,
  context: contexts,
});
