import type { Group, PrincipalRecord, Role } from '../generated/types.ts';

/** What someone has directly and through groups, however deep; sorted and frozen. */
export interface Membership {
  readonly roles: readonly Role[];
  readonly groups: readonly string[];
}

/** The groups that each principal or group is directly in. */
export type Parents = ReadonlyMap<string, readonly Group[]>;

export function parentsOf(groups: readonly Group[]): Parents {
  const parents = new Map<string, Group[]>();
  for (const group of groups) {
    for (const member of group.members) {
      const known = parents.get(member);
      if (known === undefined) parents.set(member, [group]);
      else known.push(group);
    }
  }
  return parents;
}

export function membershipOf({ id, roles }: Pick<PrincipalRecord, 'id' | 'roles'>, parents: Parents): Membership {
  const above = new Set<Group>();
  // Not recursive: a chain of groups may be longer than the stack is deep.
  const waiting = [...(parents.get(id) ?? [])];
  for (let group = waiting.pop(); group !== undefined; group = waiting.pop()) {
    if (above.has(group)) continue;
    above.add(group);
    waiting.push(...(parents.get(group.id) ?? []));
  }
  const allRoles = new Set([...roles, ...[...above].flatMap((group) => group.roles)]);
  return Object.freeze({
    roles: Object.freeze([...allRoles].sort()),
    groups: Object.freeze([...above].map((group) => group.id).sort()),
  });
}

/** A group that contains itself through others; undefined where there is none. */
export function findCycle(groups: readonly Group[], parents: Parents): Group | undefined {
  const unresolved = new Map(groups.map((group) => [group.id, group]));
  const membersLeft = new Map(
    groups.map(({ id, members }) => [id, members.filter((member) => unresolved.has(member)).length]),
  );
  const leaves = groups.filter(({ id }) => membersLeft.get(id) === 0);
  for (let leaf = leaves.pop(); leaf !== undefined; leaf = leaves.pop()) {
    unresolved.delete(leaf.id);
    for (const parent of parents.get(leaf.id) ?? []) {
      const left = (membersLeft.get(parent.id) ?? 0) - 1;
      membersLeft.set(parent.id, left);
      if (left === 0) leaves.push(parent);
    }
  }
  const [first] = unresolved.values();
  return first;
}
