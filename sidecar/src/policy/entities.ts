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

export function contextOf({ approvals, transport, source, time, wrapping = 'none' }: PolicyContext): Context {
  const at = { __extn: { fn: 'datetime', arg: new Date(time).toISOString() } };
  return { approvals, transport, source, time: at, wrapping } satisfies Record<(typeof contextFields)[number], unknown>;
}

export function uid(type: string, id: string): TypeAndId {
  return { type, id };
}

function principalEntity({ id, kind, owner, roles, groups, credential }: Principal): EntityJson {
  return {
    uid: uid('Principal', id),
    attrs: { id, kind, credential: credential.kind, ...ownerAttribute(owner) },
    parents: [...roles.map((role) => uid('Role', role)), ...groups.map((group) => uid('Group', group))],
  };
}

function resourceEntity({ type, id, attributes }: PolicyResource): EntityJson {
  const { labels, owner, requester, usedBy, usedByGroups, ...rest } = attributes;
  return {
    uid: uid(type, id),
    attrs: {
      ...(rest as Record<string, CedarValueJson>),
      ...ownerAttribute(owner),
      ...(requester !== undefined && { requester: reference('Principal', requester) }),
      ...(usedBy !== undefined && { usedBy: references('Principal', usedBy) }),
      ...(usedByGroups !== undefined && { usedByGroups: references('Group', usedByGroups) }),
    },
    parents: [],
    ...(labels !== undefined && { tags: tagsOf(labels) }),
  };
}

function tagsOf(labels: PolicyValue): Readonly<Record<string, string>> {
  if (typeof labels !== 'object' || Array.isArray(labels))
    throw new TypeError('labels of a policy resource are a record');
  return labels as Readonly<Record<string, string>>;
}

function ownerAttribute(owner: PolicyValue | undefined): Record<string, CedarValueJson> {
  if (owner === undefined) return {};
  return { owner: reference('Principal', owner) };
}

function references(type: string, ids: PolicyValue): CedarValueJson {
  if (!Array.isArray(ids)) throw new TypeError('a set of a policy resource is a list of ids');
  return ids.map((id: string) => reference(type, id));
}

function reference(type: string, id: PolicyValue): CedarValueJson {
  if (typeof id !== 'string') throw new TypeError(`a ${type} of a policy resource is an id`);
  return { __entity: uid(type, id) };
}
