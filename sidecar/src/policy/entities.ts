import type { CedarValueJson, Context, Entities, EntityJson, TypeAndId } from '@cedar-policy/cedar-wasm/nodejs';
import type { Principal } from '../generated/types.ts';
import type { PolicyContext, PolicyResource, PolicyValue } from './request.ts';
import { actionGroups, type contextFields } from './schema.ts';

/** The principal's and the resource's own entities and no others: more of them cost more than the decision. */
export function entitiesOf(principal: Principal, resource: PolicyResource): Entities {
  return [principalEntity(principal), resourceEntity(resource)];
}

/** The action's place in its groups. Partial evaluation without a schema takes an action without it to be in none. */
export function actionEntities(action: string): Entities {
  const groups = actionGroups(action).map((group) => uid('Action', group));
  const own: EntityJson = { uid: uid('Action', action), attrs: {}, parents: groups };
  return [own, ...groups.map((group): EntityJson => ({ uid: group, attrs: {}, parents: [] }))];
}

export function contextOf({ approvals, transport, time }: PolicyContext): Context {
  const at = { __extn: { fn: 'datetime', arg: new Date(time).toISOString() } };
  return { approvals, transport, time: at } satisfies Record<(typeof contextFields)[number], unknown>;
}

export function uid(type: string, id: string): TypeAndId {
  return { type, id };
}

function principalEntity({ id, kind, owner, roles, credential }: Principal): EntityJson {
  return {
    uid: uid('Principal', id),
    attrs: { id, kind, credential: credential.kind, ...ownerAttribute(owner) },
    parents: roles.map((role) => uid('Role', role)),
  };
}

function resourceEntity({ type, id, attributes }: PolicyResource): EntityJson {
  const { labels, owner, ...rest } = attributes;
  return {
    uid: uid(type, id),
    attrs: { ...rest, ...ownerAttribute(owner) },
    parents: [],
    ...(labels !== undefined && { tags: tagsOf(labels) }),
  };
}

function tagsOf(labels: PolicyValue): Readonly<Record<string, string>> {
  if (typeof labels !== 'object') throw new TypeError('labels of a policy resource are a record');
  return labels;
}

function ownerAttribute(owner: PolicyValue | undefined): Record<string, CedarValueJson> {
  if (owner === undefined) return {};
  if (typeof owner !== 'string') throw new TypeError('the owner of a policy resource is a principal id');
  return { owner: { __entity: uid('Principal', owner) } };
}
