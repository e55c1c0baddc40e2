import { SidecarError } from '../errors.ts';
import type { Principal } from '../generated/types.ts';
import type { PolicyEngine, PolicyResource } from '../policy/engine.ts';
import type { Handler } from '../request/context.ts';

/** What a question in words is about. */
export interface PolicyQuestions {
  /** A principal as it would be now. */
  principal(id: string): Principal | undefined;
  /**
   * What the action acts upon: a key, the sidecar, the session or an object of PKCS#11 that is the principal's own;
   * undefined where that is not there.
   *
   * @throws SidecarError `invalid_params` when the action acts on a key and none is named
   */
  resource(action: string, key: string | undefined, principal: string): Promise<PolicyResource | undefined>;
}

export function createPolicyExplain(
  engine: PolicyEngine,
  questions: PolicyQuestions,
  now: () => number,
): Handler<'policy.explain'> {
  return async ({ principal: id, action, key, transport = 'unix', time = now(), wrapping }) => {
    const principal = questions.principal(id);
    if (principal === undefined) throw new SidecarError('not_found', id);
    const resource = await questions.resource(action, key, id);
    if (resource === undefined) throw new SidecarError('not_found', key ?? action);
    const context = { approvals: 0, transport, source: 'default', time, wrapping };
    return engine.explain({ principal, action, resource, context });
  };
}
