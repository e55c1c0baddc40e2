import { hash } from 'node:crypto';
import type { Schema } from '@cedar-policy/cedar-wasm/nodejs';
import type { Decision, PolicyFinding } from '../generated/types.ts';
import { thresholdsOf } from './approvals-rule.ts';
import type { Cedar } from './cedar.ts';
import { createContextDependence } from './context-dependence.ts';
import { createPrincipalDigest, createResourceDigest } from './digests.ts';
import { createEvaluation, type Verdict } from './evaluation.ts';
import type { Inspection } from './findings.ts';
import type { ParsedPolicy } from './policy-set.ts';
import { unrecordedPolicies } from './record-annotation.ts';
import type { PolicyRequest } from './request.ts';
import { mentionsOf } from './syntax-tree.ts';

/** How many approvals a policy asks for. */
export interface Threshold {
  /** Its `@id`. */
  readonly policy: string;
  readonly approvals: number;
}

/** Policies that are ready to decide. */
export interface CompiledPolicies {
  readonly text: string;
  /** SHA-256 of the text, base64url. */
  readonly sha256: string;
  readonly policies: readonly ParsedPolicy[];
  readonly thresholds: readonly Threshold[];
  /** Ids of policies whose reads leave no record. */
  readonly unrecorded: ReadonlySet<string>;
  evaluate(request: PolicyRequest): Verdict;
  /** Whether another context could change the decision. */
  dependsOnContext(request: PolicyRequest): boolean;
  /** Text that is the same for principals, and for resources, that these policies cannot tell apart. */
  digestPrincipal(principal: PolicyRequest['principal']): string;
  digestResource(resource: PolicyRequest['resource']): string;
  /**
   * The fewest approvals that allow a request: 0 when it is allowed without, undefined when nobody's consent helps. Only
   * the numbers that policies compare with can make a difference.
   */
  approvalsNeeded(request: PolicyRequest): number | undefined;
}

export interface CompileOptions {
  readonly cedar: Cedar;
  readonly schema: Schema;
  /** Under which Cedar keeps the prepared set; another set of that name is replaced. */
  readonly name: string;
  readonly onFault: ((reason: string) => void) | undefined;
}

export function compilePolicies(
  text: string,
  { policies }: Pick<Inspection, 'policies'>,
  options: CompileOptions,
): CompiledPolicies {
  const { cedar, schema, name, onFault } = options;
  const evaluate = createEvaluation(cedar, { name, schema, policies, ...(onFault && { onFault }) });
  const thresholds = policies.flatMap((policy) =>
    thresholdsOf(policy).map((approvals) => ({ policy: policy.id, approvals })),
  );
  const steps = [...new Set([0, ...thresholds.map(({ approvals }) => approvals)])].sort((one, other) => one - other);
  const outcomeWith = ({ context, ...request }: PolicyRequest, approvals: number): Decision['outcome'] =>
    evaluate({ ...request, context: { ...context, approvals } }).outcome;
  return {
    text,
    sha256: hash('sha256', text, 'base64url'),
    policies,
    thresholds,
    unrecorded: unrecordedPolicies(policies),
    evaluate,
    dependsOnContext: createContextDependence(cedar, policies),
    digestPrincipal: createPrincipalDigest(),
    digestResource: createResourceDigest(mentionsOf(policies.map(({ tree }) => tree))),
    approvalsNeeded: (request) => steps.find((approvals) => outcomeWith(request, approvals) === 'allow'),
  };
}

/** One finding as the detail of an error: place, policy and reason. */
export function describeFinding({ policy, line, reason }: PolicyFinding): string {
  const place = line === undefined ? 'policy.cedar' : `policy.cedar:${line}`;
  return policy === undefined ? `${place}: ${reason}` : `${place}: ${policy}: ${reason}`;
}
