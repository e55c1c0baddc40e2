import type { Response, Schema } from '@cedar-policy/cedar-wasm/nodejs';
import type { Decision } from '../generated/types.ts';
import type { Cedar } from './cedar.ts';
import { contextOf, entitiesOf, uid } from './entities.ts';
import { type ParsedPolicy, staticPolicies } from './policy-set.ts';
import type { PolicyRequest } from './request.ts';

/** What the policies say to one request in its context. */
export interface Verdict {
  readonly outcome: Decision['outcome'];
  readonly policies: readonly string[];
  /** No policy failed, so the verdict may be remembered if the context has no part in it. */
  readonly isSound: boolean;
}

export interface EvaluationOptions {
  /** Under which Cedar keeps the prepared set for the whole process. */
  readonly name: string;
  readonly schema: Schema;
  readonly policies: readonly ParsedPolicy[];
  /** Told why a request could not be decided. */
  readonly onFault?: (reason: string) => void;
}

/** Evaluates requests against a prepared policy set; whatever cannot be decided is denied and told to `onFault`. */
export function createEvaluation(
  cedar: Cedar,
  { name, schema, policies, onFault = () => undefined }: EvaluationOptions,
): (request: PolicyRequest) => Verdict {
  const prepared = [
    cedar.preparseSchema(name, schema),
    cedar.preparsePolicySet(name, { staticPolicies: staticPolicies(policies) }),
  ];
  for (const answer of prepared) if (answer.type === 'failure') throw new Error(answer.errors[0]?.message);

  function fault(reason: string, policies: readonly string[] = []): Verdict {
    onFault(reason);
    return { outcome: 'deny', policies, isSound: false };
  }

  /** Cedar skips a policy that fails: a skipped `forbid` would be an open door, so any failure denies. */
  function verdictOf({ decision, diagnostics }: Response): Verdict {
    const [first] = diagnostics.errors;
    if (first === undefined) return { outcome: decision, policies: diagnostics.reason, isSound: true };
    const failed = diagnostics.errors.map(({ policyId }) => policyId);
    return fault(`${first.policyId}: ${first.error.message}`, failed);
  }

  return ({ principal, action, resource, context }) => {
    try {
      const answer = cedar.statefulIsAuthorized({
        principal: uid('Principal', principal.id),
        action: uid('Action', action),
        resource: uid(resource.type, resource.id),
        context: contextOf(context),
        entities: entitiesOf(principal, resource),
        preparsedSchemaName: name,
        preparsedPolicySetId: name,
        validateRequest: true,
      });
      return answer.type === 'success' ? verdictOf(answer.response) : fault(answer.errors[0]?.message ?? 'no answer');
    } catch (error) {
      return fault(String(error));
    }
  };
}
