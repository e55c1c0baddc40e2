import type { Decision } from '../generated/types.ts';
import { checkApprovals } from './approvals-rule.ts';
import { loadCedar } from './cedar.ts';
import { createContextDependence } from './context-dependence.ts';
import { createDecisionCache } from './decision-cache.ts';
import { createPrincipalDigest, createResourceDigest } from './digests.ts';
import { createEvaluation } from './evaluation.ts';
import { parsePolicies, validatePolicies } from './policy-set.ts';
import type { PolicyRequest } from './request.ts';
import { cedarSchema } from './schema.ts';
import { mentionsOf } from './syntax-tree.ts';

export type { PolicyContext, PolicyRequest, PolicyResource, PolicyValue } from './request.ts';

export interface PolicyEngine {
  /** Under which decisions are made; a decision of an older epoch no longer counts. */
  readonly epoch: number;
  /** Decides and never throws: what the policies do not permit, or fail to decide, is denied. */
  decide(request: PolicyRequest): Decision;
  /** Ends all earlier decisions: to be called before a change of policy, role or key is acknowledged. */
  advanceEpoch(): number;
  readonly cacheStatistics: { readonly hits: number; readonly misses: number };
}

export interface PolicyEngineOptions {
  /** Cedar policies; each needs an `@id("...")` of its own. */
  readonly policies: string;
  /** The actions of all methods. */
  readonly actions: readonly string[];
  /** Decisions to remember, 65,536 unless told. */
  readonly cacheCapacity?: number;
  /** Told why a request could not be decided; it was denied. */
  readonly onFault?: (reason: string) => void;
}

const defaultCacheCapacity = 65_536;

/**
 * Loads Cedar and the policies. Throws `config_invalid` for policies that do not parse, do not fit the schema, could
 * never apply, lack an id, or use `context.approvals` otherwise than as `>=`.
 *
 * @example const engine = await loadPolicyEngine({ policies: defaultPolicy, actions: ['subtle.sign'] });
 */
export async function loadPolicyEngine(options: PolicyEngineOptions): Promise<PolicyEngine> {
  const { actions, cacheCapacity = defaultCacheCapacity, onFault } = options;
  const cedar = await loadCedar();
  const policies = parsePolicies(cedar, options.policies);
  for (const policy of policies) checkApprovals(policy);
  const schema = cedarSchema(actions);
  validatePolicies(cedar, schema, policies);

  const evaluate = createEvaluation(cedar, schema, policies, onFault);
  const dependsOnContext = createContextDependence(cedar, policies);
  const cache = createDecisionCache(cacheCapacity);
  const digestPrincipal = createPrincipalDigest();
  const digestResource = createResourceDigest(mentionsOf(policies.map(({ tree }) => tree)));
  const cacheStatistics = { hits: 0, misses: 0 };
  let epoch = 1;

  function decide(request: PolicyRequest): Decision {
    const principal = digestPrincipal(request.principal);
    const resource = digestResource(request.resource);
    const known = cache.find(epoch, principal, resource, request.action);
    if (known !== undefined) {
      cacheStatistics.hits += 1;
      return known;
    }
    cacheStatistics.misses += 1;
    const { outcome, policies, isSound } = evaluate(request);
    const decision = frozenDecision(outcome, policies, epoch);
    if (isSound && !dependsOnContext(request)) cache.add(principal, resource, request.action, decision);
    return decision;
  }

  return {
    get epoch() {
      return epoch;
    },
    decide,
    advanceEpoch: () => ++epoch,
    cacheStatistics,
  };
}

function frozenDecision(outcome: Decision['outcome'], policies: readonly string[], epoch: number): Decision {
  const decision: Decision = { outcome, policies: [...policies], epoch };
  Object.freeze(decision.policies);
  return Object.freeze(decision);
}
