import { OutdatedDecision, SidecarError } from '../errors.ts';
import type { Principal } from '../generated/types.ts';
import type { Approve } from './approve.ts';
import type { Authorizer } from './authorize.ts';
import type { Call, Execution, Handlers, HeldKey, Session, Target, Trail } from './context.ts';
import { type RequireMatch, requireEtag } from './precondition.ts';
import type { Renew } from './renew.ts';

/** Runs the handler of the method. */
export type Execute = (trail: Trail) => Promise<object>;

/** Keyed digest of canonical params, to recognize a repeated request. */
export type RequestDigest = (method: string, params: object) => string;

export interface ExecuteOptions {
  readonly handlers: Handlers;
  readonly authorizer: Authorizer;
  readonly approve: Approve;
  readonly renew: Renew;
  readonly requireMatch: RequireMatch;
  readonly requestDigest: RequestDigest;
}

export function createExecute({
  handlers,
  authorizer,
  approve,
  renew,
  requireMatch,
  requestDigest,
}: ExecuteOptions): Execute {
  /** The intent was synced meanwhile: an operation acts only under the policy of this moment. */
  async function becomeCurrent(trail: Trail): Promise<void> {
    while (!authorizer.isCurrent(trail)) {
      await renew(trail);
      await requireMatch(trail);
    }
    if (trail.approval === undefined || trail.isRedeemed === true) return;
    await approve.redeem(trail);
    await becomeCurrent(trail);
  }

  /** What only a change needs. */
  function changing(trail: Trail): Pick<Execution, 'requireCurrent' | 'renew'> {
    if (trail.call.traits.effect !== 'change') return notChanging;
    return {
      requireCurrent() {
        if (!authorizer.isCurrent(trail)) throw new OutdatedDecision();
      },
      renew: () => becomeCurrent(trail),
    };
  }

  async function act(trail: Trail): Promise<object> {
    if (trail.approval !== undefined || !authorizer.isCurrent(trail)) await becomeCurrent(trail);
    const { call, identity, principal, params = {}, target, approval } = trail;
    if (identity === undefined || principal === undefined || target === undefined) {
      throw new SidecarError('permission_denied', call.method);
    }
    const approvals = trail.isRedeemed === true ? (trail.approvalsNeeded ?? 0) : 0;
    const actor = { identity, principal, approval: approval?.id, approvals };
    const execution = new RequestExecution(actor, changing(trail), call, params, target, requestDigest);
    // The params were validated against this very method's schema.
    const handler = handlers[call.method] as (params: object, execution: Execution) => Promise<object>;
    return await handler(params, execution);
  }

  return async (trail) => {
    for (;;) {
      try {
        return await act(trail);
      } catch (error) {
        // The change was not made.
        if (!(error instanceof OutdatedDecision)) throw error;
      }
    }
  };
}

type Actor = Pick<Execution, 'identity' | 'principal' | 'approval' | 'approvals'>;

const notChanging: Pick<Execution, 'requireCurrent' | 'renew'> = Object.freeze({});

/** A class: the engine builds an object literal that has an accessor in a slow way. */
class RequestExecution implements Execution {
  readonly identity: Execution['identity'];
  readonly principal: Principal;
  readonly approval: string | undefined;
  readonly approvals: number;
  readonly requireCurrent: (() => void) | undefined;
  readonly renew: (() => Promise<void>) | undefined;
  readonly session: Session;
  readonly #call: Call;
  readonly #params: object;
  readonly #target: Target;
  readonly #requestDigest: RequestDigest;

  constructor(
    actor: Actor,
    change: Pick<Execution, 'requireCurrent' | 'renew'>,
    call: Call,
    params: object,
    target: Target,
    requestDigest: RequestDigest,
  ) {
    this.identity = actor.identity;
    this.principal = actor.principal;
    this.approval = actor.approval;
    this.approvals = actor.approvals;
    this.requireCurrent = change.requireCurrent;
    this.renew = change.renew;
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

  released(handle: string): HeldKey['key'] {
    const key = this.key(handle);
    const isNamed = this.#target.keys.get(handle)?.scope === 'named';
    return isNamed && this.approval !== undefined ? { ...key, extractable: true } : key;
  }

  requireEtag(etag: string): void {
    requireEtag(this.#call, etag);
  }

  get target(): string {
    return this.#target.id;
  }

  get requestDigest(): string {
    return this.#requestDigest(this.#call.method, this.#params);
  }
}
