import type { ApprovalSubject, StoredApproval } from '../approval/desk.ts';
import { SidecarError } from '../errors.ts';
import type { Principal, PrincipalRecord } from '../generated/types.ts';
import type { Directory } from '../identity/directory.ts';
import type { PolicyContext, PolicyRequest, PolicyResource, Threshold } from '../policy/engine.ts';

/** What decides: the policies in force, or others that are about to be. */
export interface Deciding {
  readonly thresholds: readonly Threshold[];
  allows(request: PolicyRequest): boolean;
  /** The fewest approvals that allow it; undefined when none help. */
  approvalsNeeded(request: PolicyRequest): number | undefined;
}

/** A question without a connection: who votes is asked whenever votes are counted, wherever the person is by then. */
function contextAt(time: number): PolicyContext {
  return { approvals: 0, transport: 'unix', source: 'default', time };
}

const noCredential: Principal['credential'] = Object.freeze({ kind: 'token', subject: 'none' });

/** The principal of a record as it is now, without a credential; undefined when it is gone or disabled. */
export function principalOf(directory: Directory, id: string): Principal | undefined {
  const record = directory.record(id);
  if (record === undefined || record.disabled === true) return undefined;
  const { roles, groups } = directory.membership(id);
  const { kind, owner } = record;
  return {
    id,
    kind,
    roles: [...roles],
    groups: [...groups],
    ...(owner !== undefined && { owner }),
    credential: noCredential,
  };
}

/** How policies see a held operation that people are asked about. */
export function approvalResource(id: string, subject: ApprovalSubject): PolicyResource {
  const { labels, ...attributes } = subject;
  return { type: 'Approval', id, attributes: { ...attributes, labels } };
}

/** Whether the policies let this person approve it, at that time (milliseconds since 1970). */
export function mayVote(
  deciding: Deciding,
  directory: Directory,
  person: string,
  { approval, subject }: StoredApproval,
  time: number,
): boolean {
  const principal = principalOf(directory, person);
  if (principal === undefined) return false;
  const resource = approvalResource(approval.id, subject);
  return deciding.allows({ principal, action: 'approvals.approve', resource, context: contextAt(time) });
}

/** Of a change of governance that somebody unknown asks for. */
const anyChange: ApprovalSubject = Object.freeze({ operation: 'policy.load', requester: 'nobody', labels: {} });

const system: PolicyResource = Object.freeze({ type: 'System', id: 'sidecar', attributes: Object.freeze({}) });

export interface QuorumQuestion {
  readonly deciding: Deciding;
  readonly directory: Directory;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Whether a person has a credential left to connect with. */
  readonly canConnect: (record: PrincipalRecord) => boolean;
}

/**
 * Whether every operation that needs people could still find enough of them (those who may connect, look and approve,
 * without the one who asks), and whether one of them may still load policies: what nobody could change any more would
 * stay for good.
 *
 * @throws SidecarError `quorum_unreachable`
 */
export function requireReachableQuorum(question: QuorumQuestion): void {
  const { deciding } = question;
  const approvers = question.directory.principals.filter((record) => isApprover(record, question));
  const highest = deciding.thresholds.reduce((most, next) => (next.approvals > most.approvals ? next : most), {
    policy: 'the floor of every change of governance',
    approvals: 1,
  });
  if (approvers.length <= highest.approvals) {
    const count = `${approvers.length} could approve`;
    throw unreachable(`${highest.policy} asks for ${highest.approvals} besides the requester, ${count}`);
  }
  const others = approvers.length - 1;
  if (!approvers.some(({ id }) => mayLoadPolicies(id, others, question))) {
    throw unreachable('nobody who can approve could load policies any more');
  }
}

function isApprover(record: PrincipalRecord, { deciding, directory, time, canConnect }: QuorumQuestion): boolean {
  const { id, kind, approvalKeys = [] } = record;
  const principal = principalOf(directory, id);
  if (principal === undefined || kind !== 'person' || approvalKeys.length === 0 || !canConnect(record)) return false;
  const context = contextAt(time);
  const resource = approvalResource('apr_any', anyChange);
  return (
    deciding.allows({ principal, action: 'system.hello', resource: system, context }) &&
    ['approvals.get', 'approvals.approve'].every((action) => deciding.allows({ principal, action, resource, context }))
  );
}

function mayLoadPolicies(id: string, others: number, { deciding, directory, time }: QuorumQuestion): boolean {
  const principal = principalOf(directory, id);
  if (principal === undefined) return false;
  const context = contextAt(time);
  const needed = deciding.approvalsNeeded({ principal, action: 'policy.load', resource: system, context });
  return needed !== undefined && needed <= others;
}

function unreachable(detail: string): SidecarError {
  return new SidecarError('quorum_unreachable', detail);
}
