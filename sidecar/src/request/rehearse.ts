import { SidecarError } from '../errors.ts';
import { methodTable } from '../generated/methods.ts';
import type { MethodName } from '../generated/types.ts';
import type { Rehearse } from '../methods/session.rehearse.ts';
import { Secret } from '../secret.ts';
import type { Approve } from './approve.ts';
import type { Authorizer } from './authorize.ts';
import type { Call, Trail } from './context.ts';
import type { Hold } from './hold.ts';
import type { RequirePossible } from './possible.ts';
import { validate } from './validate.ts';

export interface RehearsalStages {
  readonly authorizer: Authorizer;
  readonly requirePossible: RequirePossible;
  readonly approve: Approve;
  readonly hold: Hold;
  /** Whether there is a key of that name. */
  readonly isTaken: (name: string) => Promise<boolean>;
}

/**
 * The stages of a request before it acts, none of which changes anything: no approval is asked for, no limit of use counts
 * it, and what the record says is that somebody asked.
 */
export function createRehearse({ authorizer, requirePossible, approve, hold, isTaken }: RehearsalStages): Rehearse {
  return async ({ session, principal }, name, params) => {
    const method = methodOf(name);
    const traits = methodTable[method];
    const call: Call = {
      session,
      method,
      traits,
      params,
      attachments: [],
      requestId: 'rehearsal',
      receivedMs: performance.now(),
    };
    const trail: Trail = { call, principal };
    trail.params = validate(call);
    await authorizer.authorize(trail);
    if (traits.resource === 'new-key' && trail.target !== undefined && (await isTaken(trail.target.id))) {
      throw new SidecarError('already_exists', trail.target.id);
    }
    // What is only possible with the right secret cannot be said without it.
    if (!holdsSecret(trail.params)) await requirePossible(trail);
    const consent = await approve.consent(trail);
    hold(trail);
    return consent;
  };
}

function methodOf(name: string): MethodName {
  if (Object.hasOwn(methodTable, name)) return name as MethodName;
  throw new SidecarError('method_not_found', name);
}

function holdsSecret(value: unknown): boolean {
  if (value instanceof Secret) return true;
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return false;
  return Object.values(value).some(holdsSecret);
}
