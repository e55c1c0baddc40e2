import { SidecarError } from '../errors.ts';
import { permits } from '../keystore/key-state.ts';
import type { Authorizer } from './authorize.ts';
import type { Execution, Handlers, HeldKey, Target, Trail } from './context.ts';
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
    for (const held of target.keys.values()) checkState(held, call.method);
    const execution: Execution = {
      principal,
      session: call.session,
      key: (handle) => keyOf(target, handle),
      get requestDigest() {
        return requestDigest(call.method, params);
      },
    };
    // The params were validated against this very method's schema.
    const handler = handlers[call.method] as (params: object, execution: Execution) => Promise<object>;
    return await handler(params, execution);
  };
}

function keyOf(target: Target, handle: string) {
  const held = target.keys.get(handle);
  if (held === undefined) throw new SidecarError('not_found', handle);
  return held.key;
}

function checkState(held: HeldKey, method: string): void {
  if (held.state !== undefined && !permits(held.state, method)) {
    throw new SidecarError('key_state', `${held.name ?? 'the key'} is ${held.state}`);
  }
}
