import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { PolicyRequest } from './request.ts';
import { actionGroups } from './schema.ts';
import { isNode } from './syntax-tree.ts';

type Reference = `${string}::${string}`;

/**
 * Whether the scope of a policy fits a request: a policy whose scope does not has no say, whatever its conditions. What
 * this does not understand fits.
 */
export function scopeFits({ principal, action, resource }: PolicyJson, request: PolicyRequest): boolean {
  const { id, roles, groups } = request.principal;
  const own = [
    `Principal::${id}`,
    ...roles.map((role) => `Role::${role}`),
    ...groups.map((group) => `Group::${group}`),
  ];
  const acts = [request.action, ...actionGroups(request.action)].map((name) => `Action::${name}`);
  return (
    fits(principal, 'Principal', own as Reference[]) &&
    fits(action, 'Action', acts as Reference[]) &&
    fits(resource, request.resource.type, [`${request.resource.type}::${request.resource.id}`])
  );
}

/** @param within the entity itself, then everything that it is in */
function fits(scope: unknown, type: string, within: readonly Reference[]): boolean {
  if (!isNode(scope)) return true;
  const { op, entity, entities, entity_type: wanted, in: parent } = scope;
  if (op === 'is')
    return wanted === type && (parent === undefined || fits({ ...(parent as object), op: 'in' }, type, within));
  if (op === '==') return isAmong(entity, within.slice(0, 1));
  if (op !== 'in') return true;
  return Array.isArray(entities) ? entities.some((one) => isAmong(one, within)) : isAmong(entity, within);
}

function isAmong(entity: unknown, within: readonly Reference[]): boolean {
  const uid = isNode(entity) && isNode(entity.__entity) ? entity.__entity : entity;
  if (!isNode(uid) || typeof uid.type !== 'string' || typeof uid.id !== 'string') return true;
  return within.includes(`${uid.type}::${uid.id}`);
}
