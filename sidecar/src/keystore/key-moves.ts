import { SidecarError } from '../errors.ts';
import type { KeyRecord, KeyState, KeyVersion } from '../generated/types.ts';
import { endOf, stateAt } from './key-state.ts';

/** What people do to the state of a version; `erase` is the end that a scheduled destruction comes to. */
export type KeyMove =
  | 'activate'
  | 'suspend'
  | 'resume'
  | 'deactivate'
  | 'compromise'
  | 'destroy'
  | 'cancelDestruction'
  | 'erase';

interface Transition {
  readonly from: readonly KeyState[];
  /** `before` is the state that a scheduled destruction interrupted. */
  readonly to: KeyState | 'before';
}

/** The one state machine (NIST SP 800-57 part 1 revision 5, section 7.2); what is not here cannot happen. */
export const transitions: Readonly<Record<KeyMove, Transition>> = Object.freeze<Record<KeyMove, Transition>>({
  activate: { from: ['pre-activation'], to: 'active' },
  suspend: { from: ['active'], to: 'suspended' },
  resume: { from: ['suspended'], to: 'active' },
  deactivate: { from: ['active', 'suspended'], to: 'deactivated' },
  compromise: { from: ['pre-activation', 'active', 'suspended', 'deactivated'], to: 'compromised' },
  destroy: { from: ['pre-activation', 'deactivated', 'compromised'], to: 'pending-destruction' },
  cancelDestruction: { from: ['pending-destruction'], to: 'before' },
  erase: { from: ['pending-destruction'], to: 'destroyed' },
});

export interface MoveOptions {
  /** One version; every version that can be moved so unless told. */
  readonly version?: number | undefined;
  readonly reason?: string | undefined;
  /** Of `destroy`: milliseconds since 1970 until which it can be taken back. */
  readonly destroyAt?: number | undefined;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Asked of each version before it is moved; what it throws leaves all of them as they were. */
  readonly require?: ((record: KeyRecord, version: KeyVersion, nowMs: number) => void) | undefined;
}

/**
 * The record with its versions moved.
 *
 * @throws SidecarError `not_found` for a version that the key does not have, `key_state` for a move that the state
 *   machine does not know, or that would destroy a part of what is still in use
 */
export function moveVersions(record: KeyRecord, move: KeyMove, options: MoveOptions): KeyRecord {
  const chosen = new Set(chosenVersions(record, move, options));
  for (const version of chosen) options.require?.(record, version, options.nowMs);
  const [first, ...others] = record.versions.map((version) =>
    chosen.has(version) ? moved(record, version, move, options) : version,
  );
  return { ...record, versions: [first as KeyVersion, ...others] };
}

function chosenVersions(record: KeyRecord, move: KeyMove, { version, nowMs }: MoveOptions): readonly KeyVersion[] {
  const { from } = transitions[move];
  const canMove = (candidate: KeyVersion) => from.includes(stateAt(record, candidate, nowMs));
  if (version !== undefined) {
    const found = versionOf(record, version);
    if (!canMove(found)) throw refusal(record, found, move, nowMs);
    return [found];
  }
  const movable = record.versions.filter(canMove);
  const stuck = record.versions.find((candidate) => !canMove(candidate) && !isOver(candidate));
  // Half a key is no key: who destroys all of it has ended its use before.
  if (stuck !== undefined && (movable.length === 0 || move === 'destroy')) throw refusal(record, stuck, move, nowMs);
  if (movable.length === 0) throw refusal(record, record.versions.at(-1) as KeyVersion, move, nowMs);
  return movable;
}

/** Nothing can be done to it any more, or it is on its way there. */
function isOver({ state }: KeyVersion): boolean {
  return state === 'destroyed' || state === 'pending-destruction';
}

function moved(record: KeyRecord, version: KeyVersion, move: KeyMove, options: MoveOptions): KeyVersion {
  const { destroyAt, nowMs } = options;
  const { reason: earlierReason, destroyAt: _destroyAt, stateBefore, ...kept } = version;
  // What ends by itself ends for the reason that somebody gave.
  const reason = options.reason ?? (move === 'erase' ? earlierReason : undefined);
  const { to } = transitions[move];
  const state = to === 'before' ? (stateBefore ?? 'deactivated') : to;
  return {
    ...kept,
    state,
    since: nowMs,
    ...(endsUse(state) && version.endedAt === undefined && { endedAt: endOfUse(record, version, nowMs) }),
    ...(reason !== undefined && { reason }),
    ...(move === 'destroy' && { destroyAt: destroyAt ?? nowMs, stateBefore: stateAt(record, version, nowMs) }),
  };
}

function endsUse(state: KeyState): boolean {
  return state === 'deactivated' || state === 'compromised';
}

/** Its time may have come before it was written down. */
function endOfUse(record: KeyRecord, version: KeyVersion, nowMs: number): number {
  return Math.min(nowMs, endOf(record, version) ?? nowMs);
}

/** The record with what has come to its end deactivated, as it counts already. */
export function endVersions(record: KeyRecord, nowMs: number): KeyRecord {
  const [first, ...others] = record.versions.map((version) => {
    const state = stateAt(record, version, nowMs);
    if (state === version.state) return version;
    const { endsAt: _endsAt, ...kept } = version;
    return { ...kept, state, since: nowMs, endedAt: endOfUse(record, version, nowMs) };
  });
  return { ...record, versions: [first as KeyVersion, ...others] };
}

/** @throws SidecarError `not_found` */
export function versionOf({ name, versions }: KeyRecord, version: number): KeyVersion {
  const found = versions.find((candidate) => candidate.version === version);
  if (found === undefined) throw new SidecarError('not_found', `${name} has no version ${version}`);
  return found;
}

function refusal(record: KeyRecord, version: KeyVersion, move: KeyMove, nowMs: number): SidecarError {
  const state = stateAt(record, version, nowMs);
  const allowed = transitions[move].from.join(' or ');
  return new SidecarError(
    'key_state',
    `version ${version.version} of ${record.name} is ${state}; ${move} needs ${allowed}`,
  );
}
