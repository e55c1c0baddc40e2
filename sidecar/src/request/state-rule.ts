import { SidecarError } from '../errors.ts';
import type { KeyState } from '../generated/types.ts';
import { effectiveState, permits, useOf } from '../keystore/key-state.ts';
import type { HeldKey, Target } from './context.ts';

/**
 * The state machine's word, which no policy overrules: each key must be in a state that permits the method, and of a
 * version that is not too old for it.
 *
 * @throws SidecarError `key_state`, `access_invalid` for a pair that is not to encapsulate
 */
export function requireUsable(target: Target, method: string, nowMs: number): void {
  for (const [handle, key] of target.keys) {
    if (key.state === undefined) continue;
    const asked = askedOf(target, handle, method);
    const state = stateOf(key, key.state, nowMs);
    if (!permits(state, asked)) throw new SidecarError('key_state', `${sentenceStart(key)} is ${state}`);
    requirePairUsage(key, asked);
    const minimum = minimumOf(key, asked);
    if (minimum > (key.version ?? 0)) {
      throw new SidecarError('key_state', `${sentenceStart(key)} is too old: the minimum is ${minimum}`);
    }
  }
}

/** A pair wraps data keys with its public half, which is made from the private one for it: its usages count all the same. */
function requirePairUsage({ key, pairUsages = [] }: HeldKey, asked: string): void {
  const isOfKem = pairUsages.some((usage) => usage.startsWith('decapsulate'));
  if (asked !== 'dataKey.generate' || key.type !== 'private' || !isOfKem) return;
  if (pairUsages.some((usage) => usage.startsWith('encapsulate'))) return;
  throw new SidecarError('access_invalid', 'usage encapsulateBits or encapsulateKey');
}

/** What a compromised key once protected is read only when other people consent, each time. */
export function approvalsForState(target: Target, method: string): number {
  const needsConsent = ([handle, { state }]: [string, HeldKey]) =>
    state === 'compromised' && useOf(askedOf(target, handle, method)) !== undefined;
  return [...target.keys].some(needsConsent) ? 1 : 0;
}

/**
 * What is asked of one of the keys: of a further one perhaps another use, as of the version that wrapped before; of the
 * one that the method is about perhaps a special form of it.
 */
export function askedOf({ id, others }: Target, handle: string, method: string): string {
  const { action = method } =
    others.find((other) => other.id === handle && (handle !== id || other.action.startsWith(`${method}.`))) ?? {};
  return useOf(action) === undefined ? method : action;
}

function stateOf({ endsAt }: HeldKey, state: KeyState, nowMs: number): KeyState {
  return effectiveState(state, endsAt, nowMs);
}

function minimumOf({ minimumVersions }: HeldKey, method: string): number {
  const use = useOf(method);
  return (use && minimumVersions?.[use]) ?? 0;
}

function sentenceStart({ name = 'the key', version }: HeldKey): string {
  return version === undefined ? name : `version ${version} of ${name}`;
}
