import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Role } from '../generated/types.ts';
import { loadCedar } from './cedar.ts';
import type { PolicyRequest } from './engine.ts';
import { scopeFits } from './scope.ts';
import { ask, engineOf, keyOf, principalOf, session, system } from './test-request.ts';

const principals = fc.constantFrom(
  'principal',
  'principal == Principal::"me"',
  'principal == Principal::"Operator"',
  'principal in Principal::"me"',
  'principal in Role::"Operator"',
  'principal in Role::"Auditor"',
  'principal in Group::"ops"',
  'principal in Group::"Operator"',
  'principal is Principal',
  'principal is Principal in Group::"ops"',
  'principal is Principal in Role::"Auditor"',
);
const actions = fc.constantFrom(
  'action',
  'action == Action::"subtle.sign"',
  'action == Action::"subtle.*"',
  'action in Action::"subtle.*"',
  'action in Action::"key.use"',
  'action in Action::"key.release"',
  'action in [Action::"keys.*", Action::"key.use"]',
  'action in [Action::"audit.list", Action::"subtle.generateKey"]',
  'action in []',
);
const resources = fc.constantFrom(
  'resource',
  'resource == Key::"key_one/1"',
  'resource == KeyName::"key_one/1"',
  'resource in Key::"key_one/1"',
  'resource is Key',
  'resource is System',
  'resource is Key in Key::"key_one/1"',
  'resource is Key in Key::"key_two/1"',
);
const requests = fc.constantFrom(
  { action: 'subtle.sign', resource: keyOf({}, 'key_one/1') },
  { action: 'subtle.sign', resource: keyOf({}, 'key_two/1') },
  { action: 'subtle.exportKey', resource: keyOf({}, 'key_one/1') },
  { action: 'keys.get', resource: { ...keyOf({}, 'key_one/1'), type: 'KeyName' } as const },
  { action: 'audit.list', resource: system },
  { action: 'subtle.generateKey', resource: session },
);
const askers = fc.constantFrom<{ id: string; roles: Role[]; groups: string[] }>(
  { id: 'me', roles: ['Operator'], groups: [] },
  { id: 'me', roles: [], groups: ['ops', 'Operator'] },
  { id: 'Operator', roles: ['Auditor'], groups: ['ops'] },
);

test('a scope fits exactly where Cedar lets an unconditional policy of it apply', async () => {
  const cedar = await loadCedar();
  const everything = await engineOf('@id("all") permit (principal, action, resource);');
  let fitting = 0;
  const cases = fc.tuple(principals, actions, resources, requests, askers);
  fc.assert(
    fc.property(cases, ([principalScope, actionScope, resourceScope, asked, { id, roles, groups }]) => {
      const text = `permit (${principalScope}, ${actionScope}, ${resourceScope});`;
      const parsed = cedar.policyToJson(text);
      if (parsed.type === 'failure') throw new Error(`${text}: ${parsed.errors[0]?.message}`);
      const principal = { ...principalOf(id, roles), groups };
      const context = { approvals: 0, transport: 'unix', source: 'default', time: 0 } as const;
      const request: PolicyRequest = { principal, ...asked, context };
      expect(ask(everything, request).outcome).toBe('allow');
      const said = decidedByCedar(text, request);
      expect(scopeFits(parsed.json, request), text).toBe(said);
      if (said) fitting += 1;
    }),
    { numRuns: 3_000 },
  );
  expect(fitting).toBeGreaterThan(200);

  /** Without a schema: a scope that could never apply is refused by a load, and would not be tried here. */
  function decidedByCedar(text: string, { principal, action, resource }: PolicyRequest): boolean {
    const parents = [
      ...principal.roles.map((role) => ({ type: 'Role', id: role })),
      ...principal.groups.map((group) => ({ type: 'Group', id: group })),
    ];
    const noun = `${action.split('.')[0]}.*`;
    const effect = action === 'subtle.exportKey' ? 'key.release' : action === 'subtle.sign' ? 'key.use' : noun;
    const groups = [noun, effect].map((group) => ({ type: 'Action', id: group }));
    const answer = cedar.isAuthorized({
      principal: { type: 'Principal', id: principal.id },
      action: { type: 'Action', id: action },
      resource: { type: resource.type, id: resource.id },
      context: {},
      policies: { staticPolicies: { only: text } },
      entities: [
        { uid: { type: 'Principal', id: principal.id }, attrs: {}, parents },
        { uid: { type: 'Action', id: action }, attrs: {}, parents: groups },
      ],
    });
    if (answer.type === 'failure') throw new Error(answer.errors[0]?.message);
    return answer.response.decision === 'allow';
  }
});
