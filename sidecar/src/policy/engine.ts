import { SidecarError } from '../errors.ts';
import type { ErrorCode } from '../generated/errors.ts';
import type { Decision, PolicyExplainResult, PolicyFinding } from '../generated/types.ts';
import { createInTurn } from '../in-turn.ts';
import { type Cedar, loadCedar } from './cedar.ts';
import { type CompiledPolicies, compilePolicies, describeFinding, type Threshold } from './compiled-policies.ts';
import { createDecisionCache } from './decision-cache.ts';
import { explainDecision } from './explanation.ts';
import type { PolicyRequest } from './request.ts';
import { cedarSchema } from './schema.ts';
import { inspectOrRecall, type PolicySchema, policySchema } from './shipped-inspection.ts';

export type { CompiledPolicies, Threshold } from './compiled-policies.ts';
export type { PolicyContext, PolicyRequest, PolicyResource, PolicyValue } from './request.ts';

export interface PolicyEngine {
  /** Under which decisions are made; a decision of an older epoch no longer counts. */
  readonly epoch: number;
  /** The policies in force, as they were loaded. */
  readonly text: string;
  /** SHA-256 of the text, base64url. */
  readonly sha256: string;
  /** Every number of approvals that a policy asks for. */
  readonly thresholds: readonly Threshold[];
  /** Whether a read that these policies permitted leaves no record: all of them say so. */
  leavesNoRecord(decision: Decision): boolean;
  /** Cedar schema that policies are validated against. */
  readonly schema: string;
  /** Decides and never throws: what the policies do not permit, or fail to decide, is denied. */
  decide(request: PolicyRequest): Decision;
  /** The fewest approvals that allow a request; 0 when none are needed, undefined when none help. */
  approvalsNeeded(request: PolicyRequest): number | undefined;
  /** Ends all earlier decisions: to be called before a change of policy, role or key is acknowledged. */
  advanceEpoch(): number;
  /** Everything that is wrong with a text; nothing is loaded. */
  check(text: string): readonly PolicyFinding[];
  /**
   * Makes other policies ready without putting them in force.
   *
   * @throws SidecarError `policy_invalid` with policy, line and reason of the first finding
   */
  compile(text: string): CompiledPolicies;
  /**
   * Asks other policies without putting them in force; one trial at a time.
   *
   * @throws SidecarError `policy_invalid`
   */
  tryOut<T>(text: string, trial: (compiled: CompiledPolicies) => Promise<T>): Promise<T>;
  /** Puts compiled policies in force, all at once, and ends all earlier decisions. */
  replace(compiled: CompiledPolicies): void;
  /** What the policies in force answer, and why. */
  explain(request: PolicyRequest): PolicyExplainResult;
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

/** Cedar keeps prepared sets by name for the whole process: every load has a name of its own, all trials share one. */
let engines = 0;

/**
 * Loads Cedar and the policies. Throws `config_invalid` for policies that do not parse, do not fit the schema, could
 * never apply, lack an id, or use `context.approvals` otherwise than as `>=`.
 *
 * @example const engine = await loadPolicyEngine({ policies: defaultPolicy, actions: ['subtle.sign'] });
 */
export async function loadPolicyEngine(options: PolicyEngineOptions): Promise<PolicyEngine> {
  const { actions, cacheCapacity = defaultCacheCapacity, onFault } = options;
  const cedar = await loadCedar();
  const schema = policySchema(cedar, cedarSchema(actions));
  const compile = createCompiler(cedar, schema, onFault);
  const cache = createDecisionCache(cacheCapacity);
  const cacheStatistics = { hits: 0, misses: 0 };
  let inForce = compile(options.policies, 'config_invalid');
  let epoch = 1;
  const trialInTurn = createInTurn();

  function remembered({ principal, resource, action }: PolicyRequest): Decision | undefined {
    return cache.find(epoch, inForce.digestPrincipal(principal), inForce.digestResource(resource), action);
  }

  function decide(request: PolicyRequest): Decision {
    const principal = inForce.digestPrincipal(request.principal);
    const resource = inForce.digestResource(request.resource);
    const known = cache.find(epoch, principal, resource, request.action);
    if (known !== undefined) {
      cacheStatistics.hits += 1;
      return known;
    }
    cacheStatistics.misses += 1;
    const { outcome, policies, isSound } = inForce.evaluate(request);
    const decision = frozenDecision(outcome, policies, epoch);
    if (isSound && !inForce.dependsOnContext(request)) cache.add(principal, resource, request.action, decision);
    return decision;
  }

  return {
    get epoch() {
      return epoch;
    },
    get text() {
      return inForce.text;
    },
    get sha256() {
      return inForce.sha256;
    },
    get thresholds() {
      return inForce.thresholds;
    },
    leavesNoRecord({ outcome, policies }) {
      const { unrecorded } = inForce;
      return outcome === 'allow' && unrecorded.size > 0 && policies.every((id) => unrecorded.has(id));
    },
    schema: schema.text,
    decide,
    approvalsNeeded(request) {
      // What the cache holds no context can change, approvals included.
      const known = remembered(request);
      if (known !== undefined) return known.outcome === 'allow' ? 0 : undefined;
      return inForce.approvalsNeeded(request);
    },
    advanceEpoch: () => ++epoch,
    check: (text) => inspectOrRecall(cedar, schema, text).findings,
    compile: (text) => compile(text, 'policy_invalid'),
    tryOut: (text, trial) => trialInTurn(async () => trial(compile(text, 'policy_invalid', 'trial'))),
    replace(compiled) {
      inForce = compiled;
      epoch += 1;
    },
    explain: (request) => explainDecision(inForce, request),
    cacheStatistics,
  };
}

function createCompiler(cedar: Cedar, schema: PolicySchema, onFault: ((reason: string) => void) | undefined) {
  const engine = ++engines;
  let sets = 0;
  return (text: string, refusal: ErrorCode, set = String(++sets)): CompiledPolicies => {
    const inspection = inspectOrRecall(cedar, schema, text);
    const [first] = inspection.findings;
    if (first !== undefined) throw new SidecarError(refusal, describeFinding(first));
    return compilePolicies(text, inspection, {
      cedar,
      schema: schema.prepared,
      name: `ferrohsm-${engine}-${set}`,
      onFault,
    });
  };
}

function frozenDecision(outcome: Decision['outcome'], policies: readonly string[], epoch: number): Decision {
  const decision: Decision = { outcome, policies: [...policies], epoch };
  Object.freeze(decision.policies);
  return Object.freeze(decision);
}
