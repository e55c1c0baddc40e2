import { createHash } from 'node:crypto';
import { digestOf, freeze, type HeldOperation } from '../approval/operation.ts';
import { isValidOrigin } from '../audit/checkpoint.ts';
import type { BackupHeader } from '../backup/header.ts';
import { SidecarError } from '../errors.ts';
import type { FrozenOperation } from '../generated/types.ts';
import type { Tombstone } from './tombstone.ts';

/** Name of the operation, and of the action that policies are asked about. */
export const restoreAction = 'backup.restore';

/** What a restore is about, as it can be seen when it is made. */
export interface RestoreFacts {
  readonly header: BackupHeader;
  /** SHA-256 of the file, base64url; the file names what it continues. */
  readonly sha256: string;
  /** SHA-256 of the policies in the backup, base64url. */
  readonly policySha256: string;
  /** What is not brought back; undefined: no log was at hand. */
  readonly destroyed: readonly Tombstone[] | undefined;
}

/** What the one who asks decides. */
export interface RestoreWish {
  /** Id of the principal who asks. */
  readonly requester: string;
  /** 3 to 512 characters, none of them a control character. */
  readonly reason: string;
  /** Whether it is by the policies' rules for emergencies, and waits for a review. */
  readonly isEmergency: boolean;
  /**
   * Origin of the log that the restored sidecar begins. A consent is good for this backup and for a day, as often as wanted
   * within it: nothing outlives a restore that could count them. Each then begins a log of this name with keys of its own.
   */
  readonly newLog: string;
}

interface Times {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly lifetimeMs: number;
  readonly nonce?: string;
}

/**
 * The restore as people consent to it.
 *
 * @throws SidecarError `invalid_params` for a malformed reason
 */
export function restoreOperation(facts: RestoreFacts, wish: RestoreWish, times: Times): FrozenOperation {
  const { header, policySha256 } = facts;
  if (!isReason(wish.reason)) {
    throw new SidecarError('invalid_params', 'a reason has 3 to 512 characters, and no control characters');
  }
  return freeze(heldRestore(facts, wish), {
    audience: header.log.origin,
    policy: policySha256,
    secretDigest: () => '',
    ...times,
  });
}

/**
 * Requires that an operation that people signed is the restore that is about to be made.
 *
 * @param now milliseconds since 1970
 * @returns what the one who asked has decided
 * @throws SidecarError `evidence_invalid` with what differs
 */
export function requireRestore(signed: FrozenOperation, facts: RestoreFacts, now: number): RestoreWish {
  const { requester, nonce, issuedAt, expiresAt } = signed;
  const { reason, newLog, emergency } = paramsOf(signed);
  const wish = { requester, reason: String(reason), newLog: String(newLog), isEmergency: emergency === true };
  const expected = restoreOperation(facts, wish, { now: issuedAt, lifetimeMs: expiresAt - issuedAt, nonce });
  if (digestOf(expected) !== digestOf(signed)) throw refused(`it is for ${differenceOf(signed, expected)}`);
  if (!isValidOrigin(wish.newLog)) throw refused('its newLog is no name of a log');
  // Two logs of one name would look like one that was forked.
  if (wish.newLog === facts.header.log.origin) throw refused('its newLog is the log that the backup is of');
  if (now >= expiresAt || now < issuedAt - toleranceMs) {
    throw refused(`it was good from ${isoOf(issuedAt)} until ${isoOf(expiresAt)}`);
  }
  if (expiresAt - issuedAt > longestMs) throw refused('it is good for longer than a day');
  return wish;
}

/** As for an emergency session. */
function isReason(text: string): boolean {
  return /^\P{Cc}{3,512}$/u.test(text);
}

/** An approver's clock may differ by this much. */
const toleranceMs = 60_000;
export const longestMs = 24 * 60 * 60 * 1000;

function heldRestore({ header, sha256, destroyed }: RestoreFacts, wish: RestoreWish): HeldOperation {
  const { id: backup, stateRoot, createdAt } = header;
  const { requester, reason, newLog, isEmergency } = wish;
  const madeAt = new Date(createdAt).toISOString();
  return {
    method: restoreAction,
    action: restoreAction,
    params: {
      ...{ backup, madeAt, sha256, stateRoot, destroyed: destroyedSince(destroyed), newLog, reason },
      ...(isEmergency && { emergency: true }),
    },
    resource: 'system',
    resourceState: '',
    requester,
    credential: '',
    by: '',
    attributes: {},
  };
}

/** Whoever consents sees whether destroyed keys could come back. */
function destroyedSince(destroyed: readonly Tombstone[] | undefined): object | string {
  if (destroyed === undefined) return 'not known: keys that were destroyed after the backup come back';
  const names = destroyed.map(({ keyId, version }) => `${keyId}/${version}`).sort();
  return { versions: names.length, list: createHash('sha256').update(names.join('\n')).digest('base64url') };
}

function differenceOf(signed: FrozenOperation, expected: FrozenOperation): string {
  const [theirs, ours] = [paramsOf(signed), paramsOf(expected)];
  const members = Object.keys({ ...theirs, ...ours });
  const param = members.find((name) => JSON.stringify(theirs[name]) !== JSON.stringify(ours[name]));
  if (param !== undefined) return `another ${param}, ${JSON.stringify(theirs[param])}`;
  const names = Object.keys(expected) as (keyof FrozenOperation)[];
  const name = names.find((each) => signed[each] !== expected[each]);
  return name === undefined ? 'something else' : `another ${name}, ${JSON.stringify(signed[name])}`;
}

function paramsOf({ params }: FrozenOperation): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(params);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw refused('its parameters are malformed');
}

function isoOf(milliseconds: number): string {
  return Math.abs(milliseconds) <= 8.64e15 ? new Date(milliseconds).toISOString() : String(milliseconds);
}

function refused(detail: string): SidecarError {
  return new SidecarError('evidence_invalid', `the approval: ${detail}`);
}
