import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { AuditEntry, AuditLog } from './audit/log.ts';
import { Backups } from './backups/backups.ts';
import { createCryptoProvider } from './crypto/crypto-provider.ts';
import type { Sealing } from './crypto/sealing.ts';
import { createCursors } from './cursors.ts';
import { createDigests } from './digests.ts';
import { SidecarError } from './errors.ts';
import { createFlow, type Flow } from './flow.ts';
import type { Event, KeyRecord } from './generated/types.ts';
import { createApprovalHooks } from './governance/approval-hooks.ts';
import { openGovernance } from './governance/governance.ts';
import { openImportKeys } from './keys/import-upkeep.ts';
import { KeyDestruction } from './keys/key-destruction.ts';
import { openKeyRetention } from './keys/key-retention.ts';
import { KeyRotation } from './keys/key-rotation.ts';
import { createKeyTurnover } from './keys/key-turnover.ts';
import { startKeyUpkeep } from './keys/key-upkeep-rounds.ts';
import { createKeyUsage } from './keys/key-usage.ts';
import { createNamedKeys, type NamedKeyRing } from './keys/named-keys.ts';
import { openRotationPolicies } from './keys/rotation-policies.ts';
import { RotationWatch } from './keys/rotation-watch.ts';
import { createRecordedChange } from './log/recorded-change.ts';
import { reconcile, recordConfiguration, recordStop } from './log/state-record.ts';
import { createWitnessing } from './log/witnessing.ts';
import type { SidecarOptions } from './options.ts';
import type { Session } from './request/context.ts';
import { Gate } from './request/gate.ts';
import type { RootKeySuccession } from './root-key/provider.ts';
import type { NextShares } from './seal/next-shares.ts';
import { Secret } from './secret.ts';
import { openState } from './state.ts';
import type { SteadyClock } from './steady-clock.ts';
import type { Telemetry } from './telemetry/telemetry.ts';
import type { Vitals } from './telemetry/vitals.ts';

export interface UnsealedParts {
  readonly options: SidecarOptions;
  readonly sealing: Sealing;
  /** Stays the caller's to dispose; not needed after opening. */
  readonly rootKey: Secret;
  /** It opened the store. */
  readonly onRootKey: () => void;
  /** How the root key is changed. */
  readonly succession: RootKeySuccession;
  /** Who takes shares of the next root key; undefined where it is not in shares. */
  readonly nextShares: (log: AuditLog) => NextShares | undefined;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly clock: SteadyClock;
  readonly telemetry: Telemetry;
  /** What happened before there was a log. */
  readonly attempts: readonly AuditEntry[];
  /** Wipes all keys, once the sealing that a session asked for is on record. */
  readonly seal: (requester: Session) => Promise<void>;
}

/** Everything that needs the root key. */
export interface Unsealed extends Pick<Flow, 'accept'> {
  readonly sessions: ReadonlySet<Session>;
  /** Whether a rule asks for executable or cgroup of a peer. */
  readonly asksForProcess: boolean;
  readonly vitals: Vitals;
  /** Puts on record which configuration file is in force from now on. */
  recordConfiguration(): Promise<void>;
  /** Lets no further call in, waits for those under way, leaves the root of the store in the log, and wipes all keys. */
  close(): Promise<void>;
}

const nothing = (): void => undefined;

/** How long what is under way may go on: what only computes, and then what still has to be written down. */
const computingMs = 2_000;
const writingMs = 5_000;

/**
 * Opens keystore and log in the locked state folder and builds all that works with them.
 *
 * @throws SidecarError `config_invalid`, `keystore_corrupt`, `audit_unavailable`, `audit_corrupt`, `quorum_unreachable`;
 *   `WrongRootKey` before anything else has happened
 */
export async function openUnsealed(parts: UnsealedParts): Promise<Unsealed> {
  const { options, sealing, telemetry, startedAt, clock } = parts;
  const { meters } = telemetry;
  const { now } = clock;
  const { onNotice = nothing, onError = nothing, onStorageFailure = nothing, sessionKeyAudit = 'durable' } = options;
  await using opened = new AsyncDisposableStack();
  const state = opened.adopt(
    await openState(options, [parts.rootKey], sealing, {
      onStorageFailure,
      onRootKey: parts.onRootKey,
      onSync: (durationMs) => meters.auditSyncs.observe(durationMs),
      onCommit: (durationMs) => meters.keystoreCommits.observe(durationMs),
      now,
    }),
    (it) => it.close(),
  );
  const { keystore, log, logKeys, found } = state;
  clock.notBefore(log.timeMs);
  const { allowDebugging = false, configuration } = options;
  await reconcile(log, keystore, { found, sessionKeyAudit, allowDebugging, configuration });
  for (const attempt of parts.attempts) await log.append(attempt);
  const witnessing = options.witnesses && createWitnessing({ options: options.witnesses, log, onNotice, now });
  opened.defer(() => witnessing?.close());
  // Whatever the start makes or changes in the store lies between an intent and its result.
  const recorded = createRecordedChange(log, keystore);
  const { digests, cursorKey, notifier } = await recorded('secrets.open', {}, async () => ({
    digests: opened.adopt(await createDigests(keystore, sealing), (it) => it.close()),
    cursorKey: opened.use(await keystore.systemSecret('keys-list/cursor-key', newSystemKey)),
    notifier: opened.adopt(await createApprovalHooks(options, keystore, now), (it) => it.close()),
  }));
  const crypto = opened.adopt(createCryptoProvider(), (it) => it.close());
  let openKeys: NamedKeyRing | undefined;
  const onApprovalEvent = (event: Event) => {
    meters.approvalEvents.add(event.kind);
    notifier.notify(event);
  };
  const shared = { options, documents: keystore.documents, digests, audience: log.origin, onApprovalEvent, now };
  const grantsChanged = () => openKeys?.clear();
  const governance = opened.adopt(
    await recorded('governance.open', {}, () => openGovernance({ ...shared, recorded, grantsChanged })),
    (it) => it.close(),
  );
  const { grants, directory, sessions } = governance;
  // Keys in use know what rotates them.
  const rotationPolicies = await openRotationPolicies(keystore.documents, () => openKeys?.clear());
  const namedKeys = opened.adopt(
    createNamedKeys(
      keystore,
      crypto,
      {
        usersOf(keyId) {
          const isGroup = (grantee: string) => directory.current.group(grantee) !== undefined;
          const grantees = grants.of(keyId);
          return { usedBy: grantees.filter((id) => !isGroup(id)), usedByGroups: grantees.filter(isGroup) };
        },
        scheduleOf: (record) => rotationPolicies.of(record)?.schedule,
      },
      now,
    ),
    (it) => it.clear(),
  );
  openKeys = namedKeys;

  const keyUsage = opened.adopt(createKeyUsage(keystore.usage, now), (it) => it.close());
  const keyChanged = (record: KeyRecord) => {
    namedKeys.forget(record);
    rotationWatch.changed(record);
    // Nothing that was decided depends on a key that has just come to be, unless it was about its name.
    const isNew = record.revision === 1 && !namedKeys.wasMissed(record);
    if (!isNew) governance.policy.advanceEpoch();
  };
  const rotating = {
    keystore,
    crypto,
    policies: rotationPolicies,
    usage: keyUsage,
    recorded,
    changed: keyChanged,
    now,
  };
  const rotation = new KeyRotation(rotating);
  const rotationWatch = new RotationWatch({ ...rotating, rotation });
  const keyRetention = await openKeyRetention(keystore.documents);
  const indexFolder = join(options.stateFolder, 'backup-indexes');
  const backups = new Backups({ keystore, log, crypto, sealing, folder: options.backupFolder, indexFolder, now });
  await backups.settle();
  const turnover = createKeyTurnover(keystore, recorded, parts.succession);
  const upkeep = startKeyUpkeep({
    turnover,
    usage: keyUsage,
    rotation,
    rotationWatch,
    destruction: new KeyDestruction({ keystore, turnover, log, backups, recorded, changed: keyChanged }),
    keystore,
    retention: keyRetention,
    recorded,
    changed: keyChanged,
    now,
    onError,
  });
  opened.defer(() => upkeep.close());
  const importKeys = opened.adopt(openImportKeys(crypto, now, onError), (it) => it.close());
  const gate = new Gate();
  const flow = createFlow({
    options,
    governance,
    recorded,
    keystore,
    log,
    logKeys,
    witnessing,
    digests,
    crypto,
    namedKeys,
    cursors: createCursors(sealing, cursorKey),
    keyChanged,
    keyRetention,
    rotationPolicies,
    backups,
    keyUsage,
    turnover,
    nextShares: parts.nextShares(log),
    importKeys: importKeys.keys,
    startedAt,
    now,
    telemetry,
    gate,
    seal: parts.seal,
  });
  const held = opened.move();
  return {
    accept: flow.accept,
    sessions: sessions.open,
    asksForProcess: directory.current.credentials.asksForProcess,
    vitals: { sessions: sessions.open, gate, log, keystore, witnessing, governance, crypto, namedKeys },
    recordConfiguration: () => recordConfiguration(log, options.configuration),
    async close() {
      await using _held = held;
      gate.shut(() => new SidecarError('sealed'));
      // Who only waits is let go first.
      governance.close();
      await gate.emptied(computingMs);
      // A turnover of a large store takes long; the next start ends it.
      await turnover.close();
      await upkeep.close();
      // What is still under way would change the keystore after its last root was recorded.
      await crypto.close();
      await gate.emptied(writingMs);
      await flow.refusals.flush();
      await recordStop(log, keystore);
      await witnessing?.settle();
    },
  };
}

function newSystemKey(): Secret {
  return Secret.take(randomBytes(32));
}
