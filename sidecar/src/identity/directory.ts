import { SidecarError } from '../errors.ts';
import type { Group, PrincipalRecord } from '../generated/types.ts';
import { type CredentialIndex, createCredentialIndex } from './credential-index.ts';
import { type Misfit, misfitsOf } from './directory-misfits.ts';
import { type Membership, membershipOf, parentsOf } from './membership.ts';

/** One change of the directory; several members of it are made together. */
export interface DirectoryChange {
  readonly principal?: PrincipalRecord;
  readonly group?: Group;
  /** Also leaves every group that it is directly in. */
  readonly removePrincipal?: string;
  readonly removeGroup?: string;
}

/** Everyone there is and their groups, at one moment. Immutable: a change makes another one. */
export interface Directory {
  /** By id. */
  readonly principals: readonly PrincipalRecord[];
  /** By id. */
  readonly groups: readonly Group[];
  readonly credentials: CredentialIndex;
  record(id: string): PrincipalRecord | undefined;
  group(id: string): Group | undefined;
  /** Roles and groups of a principal, direct and indirect; none of an unknown one. */
  membership(id: string): Membership;
  /**
   * The directory after a change.
   *
   * @throws SidecarError `not_found` for what is to be removed and not there, `data_invalid` for what would not fit
   */
  with(change: DirectoryChange): Directory;
}

/**
 * Checks that the records fit together (nobody shares a credential or an approval key, owners are persons, members of
 * groups exist and lead in no circle) and freezes them.
 *
 * @throws SidecarError `data_invalid` with the record and the JSON pointer into it
 * @example createDirectory({ principals, groups }).membership('alice').roles
 */
export function createDirectory(records: {
  readonly principals: readonly PrincipalRecord[];
  readonly groups: readonly Group[];
}): Directory {
  return build(records.principals.map(frozenCopy), records.groups.map(frozenCopy), new WeakSet());
}

const nobody: Membership = Object.freeze({ roles: Object.freeze([]), groups: Object.freeze([]) });

function build(
  principals: readonly PrincipalRecord[],
  groups: readonly Group[],
  sound: WeakSet<PrincipalRecord>,
): Directory {
  const [misfit] = misfitsOf({ principals, groups, sound });
  if (misfit !== undefined) throw new SidecarError('data_invalid', describeMisfit(misfit));
  for (const record of principals) sound.add(record);
  const records = new Map(principals.map((record) => [record.id, record]));
  const byId = new Map(groups.map((group) => [group.id, group]));
  const parents = parentsOf(groups);
  const memberships = new Map<string, Membership>();

  function membership(id: string): Membership {
    const known = memberships.get(id);
    if (known !== undefined) return known;
    const record = records.get(id);
    if (record === undefined) return nobody;
    const found = membershipOf(record, parents);
    memberships.set(id, found);
    return found;
  }

  return Object.freeze({
    principals: sortedById(principals),
    groups: sortedById(groups),
    credentials: createCredentialIndex(principals),
    record: (id: string) => records.get(id),
    group: (id: string) => byId.get(id),
    membership,
    with: (change: DirectoryChange) => build(...changed(records, byId, change), sound),
  });
}

function changed(
  records: ReadonlyMap<string, PrincipalRecord>,
  groups: ReadonlyMap<string, Group>,
  { principal, group, removePrincipal, removeGroup }: DirectoryChange,
): [PrincipalRecord[], Group[]] {
  const nextRecords = new Map(records);
  const nextGroups = new Map(groups);
  if (principal !== undefined) nextRecords.set(principal.id, frozenCopy(principal));
  if (group !== undefined) nextGroups.set(group.id, frozenCopy(group));
  if (removePrincipal !== undefined && !nextRecords.delete(removePrincipal)) throw missing(removePrincipal);
  if (removeGroup !== undefined && !nextGroups.delete(removeGroup)) throw missing(removeGroup);
  const removed = [removePrincipal, removeGroup].filter((id) => id !== undefined);
  return [[...nextRecords.values()], [...nextGroups.values()].map((it) => withoutMembers(it, removed))];
}

function missing(id: string): SidecarError {
  return new SidecarError('not_found', id);
}

/** Whoever gets the id of a removed principal later is not in its groups. */
function withoutMembers(group: Group, removed: readonly string[]): Group {
  if (!group.members.some((member) => removed.includes(member))) return group;
  return frozenCopy({ ...group, members: group.members.filter((member) => !removed.includes(member)) });
}

function describeMisfit({ of, pointer, reason }: Misfit): string {
  return `${'members' in of ? 'group' : 'principal'} ${of.id}${pointer}: ${reason}`;
}

function sortedById<Item extends { readonly id: string }>(items: readonly Item[]): readonly Item[] {
  return Object.freeze([...items].sort((one, other) => (one.id < other.id ? -1 : 1)));
}

function frozenCopy<Item extends object>(item: Item): Item {
  return deeplyFrozen(structuredClone(item));
}

function deeplyFrozen<Item extends object>(item: Item): Item {
  for (const value of Object.values(item)) if (typeof value === 'object' && value !== null) deeplyFrozen(value);
  return Object.freeze(item);
}
