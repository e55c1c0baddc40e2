import type { Handlers } from '../request/context.ts';
import { createApprovalsApprove } from './approvals.approve.ts';
import { createApprovalsCancel } from './approvals.cancel.ts';
import { createApprovalsDeny } from './approvals.deny.ts';
import { createApprovalsEvents } from './approvals.events.ts';
import { createApprovalsGet } from './approvals.get.ts';
import { createApprovalsList } from './approvals.list.ts';
import { createApprovalsWait } from './approvals.wait.ts';
import { createApproversEnrol } from './approvers.enrol.ts';
import { createApproversRemove } from './approvers.remove.ts';
import { createBreakGlassList } from './breakGlass.list.ts';
import { createBreakGlassOpen } from './breakGlass.open.ts';
import { createBreakGlassReview } from './breakGlass.review.ts';
import { createGroupsRemove } from './groups.remove.ts';
import { createGroupsSet } from './groups.set.ts';
import type { HandlerParts } from './handler-parts.ts';
import { createPolicyCheck } from './policy.check.ts';
import { createPolicyExplain } from './policy.explain.ts';
import { createPolicyGet } from './policy.get.ts';
import { createPolicyHistory } from './policy.history.ts';
import { createPolicyLoad } from './policy.load.ts';
import { createPolicyRollback } from './policy.rollback.ts';
import { createPolicySimulate } from './policy.simulate.ts';
import { createPrincipalsList } from './principals.list.ts';
import { createPrincipalsRemove } from './principals.remove.ts';
import { createPrincipalsSet } from './principals.set.ts';
import { createSessionList } from './session.list.ts';
import { createSessionRehearse } from './session.rehearse.ts';
import { createSessionRelease } from './session.release.ts';
import { createSessionRevoke } from './session.revoke.ts';
import { createSessionWhoami } from './session.whoami.ts';
import { createTokensInvite } from './tokens.invite.ts';
import { createTokensRevoke } from './tokens.revoke.ts';

/** People, policies, approvals and sessions. */
export function governanceHandlers({
  cursors,
  mayChangeOthers,
  mayHear,
  mayLookAtApproval,
  now,
  questions,
  recordedRequests,
  rehearse,
  governance,
}: HandlerParts) {
  const {
    directory,
    tokens,
    jwt,
    policy,
    policies,
    desk,
    events,
    emergencies,
    sessions,
    endStaleSessions,
    requireRevocable,
  } = governance;
  return {
    'approvals.approve': createApprovalsApprove(desk),
    'approvals.cancel': createApprovalsCancel(desk),
    'approvals.deny': createApprovalsDeny(desk),
    'approvals.events': createApprovalsEvents(events, mayHear),
    'approvals.get': createApprovalsGet(desk),
    'approvals.list': createApprovalsList(desk, mayLookAtApproval, cursors),
    'approvals.wait': createApprovalsWait(desk),
    'approvers.enrol': createApproversEnrol(directory, mayChangeOthers),
    'approvers.remove': createApproversRemove(directory),
    'breakGlass.list': createBreakGlassList(emergencies),
    'breakGlass.open': createBreakGlassOpen(emergencies),
    'breakGlass.review': createBreakGlassReview(emergencies),
    'groups.remove': createGroupsRemove(directory),
    'groups.set': createGroupsSet(directory),
    'policy.check': createPolicyCheck(policy),
    'policy.explain': createPolicyExplain(policy, questions, now),
    'policy.get': createPolicyGet(policies, policy),
    'policy.history': createPolicyHistory(policies),
    'policy.load': createPolicyLoad(policies),
    'policy.rollback': createPolicyRollback(policies),
    'policy.simulate': createPolicySimulate(policy, recordedRequests),
    'principals.list': createPrincipalsList(directory),
    'principals.remove': createPrincipalsRemove(directory),
    'principals.set': createPrincipalsSet(directory),
    'session.list': createSessionList(sessions),
    'session.rehearse': createSessionRehearse(rehearse),
    'session.release': createSessionRelease(),
    'session.revoke': createSessionRevoke(sessions),
    'session.whoami': createSessionWhoami(),
    'tokens.invite': createTokensInvite(tokens, (id) => directory.current.record(id)?.kind === 'person'),
    'tokens.revoke': createTokensRevoke(tokens, jwt.issuers, endStaleSessions, requireRevocable),
  } satisfies Partial<Handlers>;
}
