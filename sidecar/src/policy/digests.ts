import type { Principal } from '../generated/types.ts';
import type { PolicyResource } from './request.ts';
import type { Mentions } from './syntax-tree.ts';

/** Everything of a principal that policies can see. */
export function createPrincipalDigest(): (principal: Principal) => string {
  return rememberFrozen(
    ({ id, kind, owner, roles, groups, credential }) =>
      JSON.stringify([id, kind, owner, credential.kind, roles, groups]),
    ({ roles, groups, credential }) => [roles, groups, credential].every(Object.isFrozen),
  );
}

/**
 * Everything of a resource that this policy set looks at. The id counts only where policies name an entity of that
 * type, so that a new session key, or the next of a thousand named ones, finds the decision made for the first.
 */
export function createResourceDigest({ attributes: mentioned, entityTypes, tags }: Mentions) {
  return rememberFrozen<PolicyResource>(
    ({ type, id, attributes }) => {
      const parts: unknown[] = [type, entityTypes.has(type) ? id : null, tags ? attributes.labels : null];
      for (const name of mentioned) parts.push(attributes[name]);
      return JSON.stringify(parts);
    },
    ({ attributes }) => Object.isFrozen(attributes) && Object.values(attributes).every(Object.isFrozen),
  );
}

/** Remembers the digest of what can no longer change; what is not frozen is digested each time. */
function rememberFrozen<T extends object>(digest: (value: T) => string, hasFrozenParts: (value: T) => boolean) {
  const known = new WeakMap<T, string>();
  return (value: T): string => {
    const remembered = known.get(value);
    if (remembered !== undefined) return remembered;
    const fresh = digest(value);
    if (Object.isFrozen(value) && hasFrozenParts(value)) known.set(value, fresh);
    return fresh;
  };
}
