import type { AuditLog } from '../audit/log.ts';
import { verifyRaw } from '../crypto/log-signer.ts';
import type { SystemStatusResult } from '../generated/types.ts';
import type { WitnessOptions } from '../options.ts';
import { parseLogPolicy } from '../witness/log-policy.ts';
import { createWitnesses, type WitnessAlarm, type Witnesses } from '../witness/witnesses.ts';

/** Others who remember this log's checkpoints, so that its own host cannot rewrite it. */
export interface Witnessing {
  status(): NonNullable<SystemStatusResult['witnesses']>;
  /** Whether critical operations may act; true unless the start configuration makes them wait for the quorum. */
  readonly suffices: boolean;
  /** Entries that every witness has seen since the start: what they have not seen is still to be proved to them. */
  readonly seenByAll: number;
  /** Has the whole log cosigned before the process stops, if that does not take long. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

export interface WitnessingParts {
  readonly options: WitnessOptions;
  readonly log: AuditLog;
  readonly onNotice: (notice: string) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** A stop waits for witnesses so long. */
const settleMs = 3000;

/** @throws SidecarError `config_invalid` for a policy that cannot be used to submit checkpoints */
export function createWitnessing({ options, log, onNotice, now }: WitnessingParts): Witnessing {
  const record = createAlarmRecord(log);
  const witnesses = createWitnesses({
    policy: parseLogPolicy(options.policy),
    origin: log.origin,
    verify: {
      ed25519: (publicKey, message, signature) => verifyRaw('Ed25519', publicKey, message, signature),
      mlDsa44: (publicKey, message, signature) => verifyRaw('ML-DSA-44', publicKey, message, signature),
    },
    proof: (earlierSize, size) => log.consistency(earlierSize, size),
    onCosigned: (lines, size) => log.cosign(lines, size),
    onAlarm(alarm) {
      onNotice(describe(alarm));
      record('witness.alarm', alarm);
    },
    onRecovered(alarm) {
      onNotice(`over: ${describe(alarm)}`);
      record('witness.recovered', alarm);
    },
    now,
    ...(options.graceMs !== undefined && { graceMs: options.graceMs }),
  });
  log.attachWitness(witnesses);
  return {
    status: () => statusOf(witnesses),
    get suffices() {
      return options.isRequired !== true || witnesses.status().quorum;
    },
    get seenByAll() {
      return Math.min(...witnesses.status().witnesses.map(({ size }) => size));
    },
    async settle() {
      await log.checkpoint();
      const patience = new AbortController();
      // Nothing else may keep the process alive by now.
      const timer = setTimeout(() => patience.abort(), settleMs);
      await witnesses.whenWitnessed(log.size, patience.signal).catch(() => undefined);
      clearTimeout(timer);
    },
    close: () => witnesses.close(),
  };
}

/** Alarms are in the log that they are about: a log that cannot be written is not for the witnesses to tell. */
function createAlarmRecord(log: AuditLog) {
  return (operation: string, alarm: WitnessAlarm) => {
    const refusal = alarm.kind === 'refused' ? { witness: alarm.witness, reason: alarm.failure.kind } : {};
    const details = { alarm: alarm.kind, ...refusal };
    log.append({ phase: 'event', operation, outcome: 'ok', details }).catch(() => undefined);
  };
}

function describe(alarm: WitnessAlarm): string {
  if (alarm.kind === 'quorum_missing') return 'too few witnesses cosign the log: see "ferrohsm status"';
  const { kind, message } = alarm.failure;
  return `witness ${alarm.witness} turns the log down (${kind}): ${message}`;
}

function statusOf(witnesses: Witnesses): NonNullable<SystemStatusResult['witnesses']> {
  const { quorum, cosignedSize, witnesses: each } = witnesses.status();
  return {
    quorum,
    cosignedSize,
    witnesses: each.map(({ name, size, lastSuccessAt, failure }) => ({
      name,
      size,
      ...(lastSuccessAt !== undefined && { lastSuccessAt }),
      ...(failure !== undefined && { failure: `${failure.kind}: ${failure.message}` }),
    })),
  };
}
