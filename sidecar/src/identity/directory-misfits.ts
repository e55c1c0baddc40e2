import type { Group, PrincipalRecord, Role } from '../generated/types.ts';
import { misfitOfApprovalKey } from './approval-keys.ts';
import { claimOf, describeRule, misfitOfRule, overlap } from './credential-rules.ts';
import { findCycle, parentsOf } from './membership.ts';
import { overflowUids } from './overflow-uid.ts';

/** What does not fit, in which record, and where in it (JSON pointer). */
export interface Misfit {
  readonly of: PrincipalRecord | Group;
  readonly pointer: string;
  readonly reason: string;
}

export interface Records {
  readonly principals: readonly PrincipalRecord[];
  readonly groups: readonly Group[];
  /** Records that were found to fit by themselves before. */
  readonly sound?: WeakSet<PrincipalRecord>;
}

const mostApprovalKeys = 16;

type Misfits = Generator<Misfit, void>;

/** Everything that is wrong with the records, each by itself first and then together. */
export function* misfitsOf(records: Records): Misfits {
  const nobody = overflowUids();
  for (const principal of records.principals) {
    if (!records.sound?.has(principal)) yield* misfitsOfPrincipal(principal, nobody);
  }
  for (const group of records.groups) yield* misfitsOfRoles(group);
  yield* misfitsOfIds(records);
  yield* misfitsOfClaims(records);
  yield* misfitsOfUids(records);
  yield* misfitsOfOwners(records);
  yield* misfitsOfGroups(records);
}

function* misfitsOfPrincipal(principal: PrincipalRecord, nobody: ReadonlySet<number>): Misfits {
  const { kind, owner, credentials, approvalKeys = [] } = principal;
  yield* misfitsOfRoles(principal);
  if (owner !== undefined && kind === 'person') {
    yield { of: principal, pointer: '/owner', reason: 'only a workload has an owner' };
  }
  for (const [index, rule] of credentials.entries()) {
    const misfit = misfitOfRule(rule, nobody);
    if (misfit === undefined) continue;
    const member = misfit.member === '' ? '' : `/${misfit.member}`;
    yield { of: principal, pointer: `/credentials/${index}${member}`, reason: misfit.reason };
  }
  if (approvalKeys.length > mostApprovalKeys) {
    yield { of: principal, pointer: '/approvalKeys', reason: `more than ${mostApprovalKeys} elements` };
  }
  if (approvalKeys.length > 0 && kind !== 'person') {
    yield { of: principal, pointer: '/approvalKeys', reason: 'only a person approves' };
  }
  for (const [index, key] of approvalKeys.entries()) {
    const reason = misfitOfApprovalKey(key);
    if (reason !== undefined) yield { of: principal, pointer: `/approvalKeys/${index}`, reason };
  }
}

/** BreakGlass is a role of an emergency session and of nobody. */
function* misfitsOfRoles(of: PrincipalRecord | Group): Misfits {
  const roles: readonly Role[] = of.roles;
  const index = roles.indexOf('BreakGlass');
  if (index >= 0) yield { of, pointer: `/roles/${index}`, reason: 'BreakGlass is only had in an emergency session' };
}

/** A member of a group is told by its id alone, so that no group may be called like a principal. */
function* misfitsOfIds({ principals, groups }: Records): Misfits {
  const taken = new Set<string>();
  for (const of of [...principals, ...groups]) {
    const kind = 'members' in of ? 'group' : 'principal';
    if (taken.has(of.id)) yield { of, pointer: '', reason: `${kind} ${of.id} is already taken` };
    taken.add(of.id);
  }
}

/** What a person signs approvals with speaks for that person alone, and so does a credential. */
function* misfitsOfClaims({ principals }: Records): Misfits {
  const taken = new Set<string>();
  for (const of of principals) {
    const credentials = of.credentials.map((rule) => ({ claim: claimOf(rule), name: describeRule(rule) }));
    const keys = (of.approvalKeys ?? []).flatMap(({ id, spki }) =>
      [id, spki].filter((it) => it !== undefined).map((it) => ({ claim: `key:${it}`, name: `approval key ${id}` })),
    );
    for (const { claim, name } of [...credentials, ...keys]) {
      if (taken.has(claim)) yield { of, pointer: '', reason: `${name} is already taken` };
      taken.add(claim);
    }
  }
}

/** One process must not fit two principals. */
function* misfitsOfUids({ principals }: Records): Misfits {
  const seen = new Map<number, { of: PrincipalRecord; rule: PrincipalRecord['credentials'][number] }[]>();
  for (const of of principals) {
    for (const rule of of.credentials) {
      if (rule.uid === undefined) continue;
      const others = seen.get(rule.uid) ?? [];
      const other = others.find((it) => it.of !== of && overlap(it.rule, rule));
      if (other !== undefined) {
        const reason = `${describeRule(rule)} overlaps ${describeRule(other.rule)} of ${other.of.id}`;
        yield { of, pointer: '', reason };
      }
      others.push({ of, rule });
      seen.set(rule.uid, others);
    }
  }
}

/** The owner of a workload may not approve for it: a misspelt owner would let that person do so. */
function* misfitsOfOwners({ principals }: Records): Misfits {
  const persons = new Set(principals.filter(({ kind }) => kind === 'person').map(({ id }) => id));
  for (const of of principals) {
    if (of.owner !== undefined && !persons.has(of.owner)) {
      yield { of, pointer: '/owner', reason: `no person ${of.owner}` };
    }
  }
}

function* misfitsOfGroups({ principals, groups }: Records): Misfits {
  const known = new Set([...principals, ...groups].map(({ id }) => id));
  for (const of of groups) {
    const members = new Set<string>();
    for (const [index, member] of of.members.entries()) {
      const pointer = `/members/${index}`;
      if (!known.has(member)) yield { of, pointer, reason: `no principal or group ${member}` };
      if (members.has(member)) yield { of, pointer, reason: `${member} is there twice` };
      members.add(member);
    }
  }
  const circle = findCycle(groups, parentsOf(groups));
  if (circle !== undefined) yield { of: circle, pointer: '/members', reason: 'its members lead in a circle' };
}
