import type { Decision, PolicyExplainResult } from '../generated/types.ts';
import type { CompiledPolicies } from './compiled-policies.ts';
import type { PolicyRequest } from './request.ts';

/** Texts of the policies that decided. */
const shownPolicies = 100;

/** What the policies answer to a request without approvals, which of them decided, and why in words. */
export function explainDecision(compiled: CompiledPolicies, request: PolicyRequest): PolicyExplainResult {
  const { outcome, policies: ids } = compiled.evaluate({ ...request, context: { ...request.context, approvals: 0 } });
  const approvals = outcome === 'allow' ? 0 : (compiled.approvalsNeeded(request) ?? 0);
  const policies = ids.slice(0, shownPolicies).flatMap((id) => {
    const policy = compiled.policies.find((candidate) => candidate.id === id);
    return policy === undefined ? [] : [{ id, effect: policy.tree.effect, text: policy.text }];
  });
  return { outcome, approvals, policies, reason: reasonOf(request, outcome, ids, approvals) };
}

function reasonOf(request: PolicyRequest, outcome: Decision['outcome'], ids: readonly string[], approvals: number) {
  const { principal, action, resource } = request;
  const what = `${principal.id} may${outcome === 'allow' ? '' : ' not'} ${action} on ${resource.type} ${resource.id}`;
  const decided = `${outcome === 'allow' ? 'permitted' : 'forbidden'} by ${ids.join(', ')}`;
  const because = ids.length === 0 ? 'no policy permits it' : decided;
  if (approvals === 0) return `${what}: ${because}`;
  return `${what}: ${because}, unless ${approvals === 1 ? 'one other person approves' : `${approvals} other people approve`}`;
}
