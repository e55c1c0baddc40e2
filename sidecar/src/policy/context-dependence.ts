import type { Cedar } from './cedar.ts';
import { actionEntities, entitiesOf, uid } from './entities.ts';
import { type ParsedPolicy, staticPolicies } from './policy-set.ts';
import type { PolicyRequest } from './request.ts';
import { contextFields } from './schema.ts';
import { scopeFits } from './scope.ts';
import { readsContext } from './syntax-tree.ts';

/**
 * Whether any context could change the decision: partial evaluation with every field unknown leaves a residual or an
 * error. Policies that never read the context, or whose scope does not fit the request, can leave neither: only the
 * others are evaluated, and mostly there are none.
 */
export function createContextDependence(
  cedar: Cedar,
  policies: readonly ParsedPolicy[],
): (request: PolicyRequest) => boolean {
  const readers = policies.filter(({ tree }) => readsContext(tree));
  const unknowns = contextFields.map((field) => [field, { __extn: { fn: 'unknown', arg: field } }]);
  const context = Object.fromEntries(unknowns);

  function isUndecided(request: PolicyRequest): boolean {
    const fitting = readers.filter(({ tree }) => scopeFits(tree, request));
    if (fitting.length === 0) return false;
    const { principal, action, resource } = request;
    const answer = cedar.isAuthorizedPartial({
      principal: uid('Principal', principal.id),
      action: uid('Action', action),
      resource: uid(resource.type, resource.id),
      context,
      entities: [...entitiesOf(principal, resource), ...actionEntities(action)],
      policies: { staticPolicies: staticPolicies(fitting) },
    });
    if (answer.type === 'failure') return true;
    const { decision, nontrivialResiduals, errored } = answer.response;
    return decision === null || nontrivialResiduals.length > 0 || errored.length > 0;
  }

  return (request) => {
    try {
      return isUndecided(request);
    } catch {
      return true;
    }
  };
}
