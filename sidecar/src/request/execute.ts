import { SidecarError } from '../errors.ts';
import type { Principal } from '../generated/types.ts';
import type { Authorizer } from './authorize.ts';
import type { Call, Execution, Handlers, HeldKey, Session, Target, Trail } from './context.ts';
import { renew } from './renew.ts';

/** Runs the handler of the method. */
export type Execute = (trail: Trail) => Promise<object>;

/** Keyed digest of canonical params, to recognize a repeated request. */
export type RequestDigest = (method: string, params: object) => string;

export function createExecute(handlers: Handlers, authorizer: Authorizer, requestDigest: RequestDigest): Execute {
  return async (trail) => {
    // The intent was synced meanwhile: an operation acts only under the policy of this moment.
    while (!authorizer.isCurrent(trail)) await renew(trail, authorizer);
    const { call, principal, params = {}, target } = trail;
    if (principal === undefined || target === undefined) throw new SidecarError('permission_denied', call.method);
    const execution = new RequestExecution(principal, call, params, target, requestDigest);
    // The params were validated against this very method's schema.
    const handler = handlers[call.method] as (params: object, execution: Execution) => Promise<object>;
    return await handler(params, execution);
  };
}

/** A class: the engine builds an object literal that has an accessor in a slow way. */
class RequestExecution implements Execution {
  readonly principal: Principal;
  readonly session: Session;
  readonly #call: Call;
  readonly #params: object;
  readonly #target: Target;
  readonly #requestDigest: RequestDigest;

  constructor(principal: Principal, call: Call, params: object, target: Target, requestDigest: RequestDigest) {
    this.principal = principal;
    this.session = call.session;
    this.#call = call;
    this.#params = params;
    this.#target = target;
    this.#requestDigest = requestDigest;
  }

  key(handle: string): HeldKey['key'] {
    const held = this.#target.keys.get(handle);
    if (held === undefined) throw new SidecarError('not_found', handle);
    return held.key;
  }

  get requestDigest(): string {
    return this.#requestDigest(this.#call.method, this.#params);
  }
}
