import type { ApprovalSubject, StoredApproval } from './approval/desk.ts';
import { SidecarError } from './errors.ts';
import type { Principal } from './generated/types.ts';
import type { Directory } from './identity/directory.ts';
import type { PolicyContext, PolicyRequest, PolicyResource, Threshold } from './policy/engine.ts';

/** What decides: the policies in force, or others that are about to be. */
export interface Deciding {
  readonly thresholds: readonly Threshold[];
  allows(request: PolicyRequest): boolean;
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

/**
 * Whether every operation that needs people could still find enough of them: those who may approve, without the one who
 * asks.
 *
 * @throws SidecarError `quorum_unreachable`
 */
export function requireReachableQuorum(deciding: Deciding, directory: Directory, time: number): void {
  const resource = approvalResource('apr_any', anyChange);
  const approvers = directory.principals.filter(({ id, kind, approvalKeys = [] }) => {
    const principal = kind === 'person' && approvalKeys.length > 0 ? principalOf(directory, id) : undefined;
    if (principal === undefined) return false;
    return deciding.allows({ principal, action: 'approvals.approve', resource, context: contextAt(time) });
  });
  const highest = deciding.thresholds.reduce((most, next) => (next.approvals > most.approvals ? next : most), {
    policy: 'the floor of every change of governance',
    approvals: 1,
  });
  if (approvers.length > highest.approvals) return;
  const detail = `${highest.policy} asks for ${highest.approvals} besides the requester, ${approvers.length} could approve`;
  throw new SidecarError('quorum_unreachable', detail);
}
