import type { AuditEntry, AuditLog } from '../audit/log.ts';
import { SidecarError } from '../errors.ts';
import { Secret } from '../secret.ts';
import type { Approve } from './approve.ts';
import type { Authorizer } from './authorize.ts';
import type { Call, Outcome, Trail } from './context.ts';
import type { Count } from './count.ts';
import { withKnown } from './digest-aside.ts';
import { isEmergency } from './emergency.ts';
import { bytesIn, type DigestFunction, recordOf } from './record-fields.ts';
import type { RefusalWindow } from './refusal-window.ts';
import type { Renew } from './renew.ts';

/** Whether a pure use of session keys waits for its record to be on stable storage. */
export type SessionKeyAudit = 'durable' | 'buffered';

export interface Recorder {
  /**
   * The one ordered commit point: epoch compared, record appended, synced; then the result may leave. Start
   * configuration may let a pure use of session keys leave when its record has its place, before the sync.
   */
  commit<R extends object>(trail: Trail, result: R): Promise<R>;
  /** Records a refusal or failure and gives the error that the caller may see. */
  refuse(trail: Trail, cause: unknown): Promise<SidecarError>;
}

export interface RecorderOptions {
  readonly log: AuditLog;
  readonly digest: DigestFunction;
  readonly authorizer: Authorizer;
  readonly approve: Pick<Approve, 'requireRedeemed'>;
  readonly renew: Renew;
  readonly refusals: RefusalWindow;
  readonly count: Count;
  /** `buffered`: an answer that only session keys computed does not wait for the sync. */
  readonly sessionKeyAudit: SessionKeyAudit;
  /** State of the keystore, for the results of changes. */
  readonly stateMark: () => Promise<{ readonly stateRoot: string; readonly stateCounter: number }>;
  /** Hears of errors that are nobody's refusal. */
  readonly onUnexpected: (error: unknown, method: string) => void;
}

export function createRecorder(options: RecorderOptions): Recorder {
  const { log, digest, authorizer, approve, renew, refusals, count, sessionKeyAudit, stateMark, onUnexpected } =
    options;

  async function append(trail: Trail, outcome: Outcome, outputBytes: number): Promise<void> {
    const { traits, receivedMs, receiptTo } = trail.call;
    const { effect } = traits;
    const phase: AuditEntry['phase'] = effect === 'pure' && trail.intent === undefined ? 'use' : 'result';
    const durationUs = Math.round((performance.now() - receivedMs) * 1000);
    const known = trail.digests === undefined ? digest : await withKnown(trail, digest);
    const entry: AuditEntry = Object.assign(recordOf(trail, known), { phase, ...outcome, outputBytes, durationUs });
    if (trail.intent !== undefined) entry.id = trail.intent;
    if (effect === 'change' || trail.hasChangedStore === true)
      entry.details = { ...entry.details, ...(await stateMark()) };
    const isBuffered = sessionKeyAudit === 'buffered' && outcome.outcome === 'ok' && isSessionKeyUse(trail);
    if (isBuffered && receiptTo === undefined) await log.enqueue(entry);
    else await deliver(await log.append(entry), receiptTo);
    // Witnesses are to see it at once; a checkpoint that fails ends the log by itself.
    if (isEmergency(trail)) log.checkpoint().catch(() => undefined);
  }

  async function deliver(index: number, receiptTo: Call['receiptTo']): Promise<void> {
    if (receiptTo !== undefined) receiptTo(await log.receipt(index));
  }

  async function commit<R extends object>(trail: Trail, result: R): Promise<R> {
    try {
      // The policy may have changed while the key computed: no allowed use follows its revocation in the log.
      // A change was decided right before it acted, and it has happened.
      const canTakeBack = trail.call.traits.effect !== 'change';
      while (canTakeBack && !authorizer.isCurrent(trail)) await renew(trail);
      approve.requireRedeemed(trail);
      count(trail);
      if (leavesNoRecord(trail)) return result;
      await append(trail, { outcome: 'ok' }, bytesIn(result));
      return result;
    } catch (error) {
      zero(result);
      throw error;
    }
  }

  async function refuse(trail: Trail, cause: unknown): Promise<SidecarError> {
    const error = asSidecarError(trail, cause);
    // Nothing can be written any more.
    if (log.isFailed) return error;
    if (trail.principal === undefined) {
      refusals.count(trail.call.session.peer, error.code);
      return error;
    }
    try {
      await append(trail, { outcome: outcomeOf(error), error: error.code }, 0);
      return error;
    } catch (failure) {
      return asSidecarError(trail, failure);
    }
  }

  function asSidecarError(trail: Trail, cause: unknown): SidecarError {
    const error = cause instanceof SidecarError ? cause : new SidecarError('internal_error', undefined, { cause });
    // The client is sent to the sidecar's own log, so there must be something in it.
    if (forTheOperator.has(error.code)) onUnexpected(error.cause ?? error, trail.call.method);
    return error;
  }

  return { commit, refuse };
}

/** A policy spares reads their record, but for one that was approved, that an emergency makes, or whose receipt is asked for. */
function leavesNoRecord(trail: Trail): boolean {
  const { call, intent } = trail;
  return trail.leavesNoRecord === true && intent === undefined && call.receiptTo === undefined && !isEmergency(trail);
}

/** Nothing but keys that die with the connection computed; no approval was used up and no emergency goes on. */
function isSessionKeyUse({ call, target, intent }: Trail): boolean {
  if (call.traits.effect !== 'pure' || intent !== undefined || call.session.elevation !== undefined) return false;
  const keys = [...(target?.keys.values() ?? [])];
  return keys.length > 0 && keys.every(({ scope }) => scope === 'session');
}

/** What a client cannot do anything about. */
const forTheOperator: ReadonlySet<string> = new Set(['internal_error', 'keystore_unavailable']);

const denials: ReadonlySet<string> = new Set([
  'permission_denied',
  'not_found',
  'approval_required',
  'access_invalid',
  'key_state',
]);

function outcomeOf(error: SidecarError): 'denied' | 'failed' {
  return denials.has(error.code) ? 'denied' : 'failed';
}

/** Overwrites every byte of a result that must not leave. */
function zero(value: unknown): void {
  if (value instanceof Secret) value.dispose();
  else if (value instanceof Uint8Array) value.fill(0);
  else if (value !== null && typeof value === 'object') for (const member of Object.values(value)) zero(member);
}
