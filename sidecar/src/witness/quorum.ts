import type { LogPolicy, PolicyWitness, QuorumMember } from './log-policy.ts';

/**
 * Whether these witnesses are enough.
 *
 * @param names as the policy calls the witnesses that have cosigned
 */
export function isQuorum({ quorum }: LogPolicy, names: ReadonlySet<string>): boolean {
  return quorum === undefined || hasWitnessed(quorum, names);
}

/** The witnesses that the quorum counts; others in the policy are not asked. */
export function quorumWitnesses({ quorum }: LogPolicy): readonly PolicyWitness[] {
  return quorum === undefined ? [] : witnessesOf(quorum);
}

function hasWitnessed(member: QuorumMember, names: ReadonlySet<string>): boolean {
  if (!('members' in member)) return names.has(member.name);
  return member.members.filter((inner) => hasWitnessed(inner, names)).length >= member.threshold;
}

function witnessesOf(member: QuorumMember): readonly PolicyWitness[] {
  return 'members' in member ? member.members.flatMap(witnessesOf) : [member];
}
