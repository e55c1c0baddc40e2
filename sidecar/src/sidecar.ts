import { randomBytes } from 'node:crypto';
import { createApprovalHooks } from './approval-hooks.ts';
import { createCryptoProvider } from './crypto/crypto-provider.ts';
import { checkRandomSource } from './crypto/random-source.ts';
import { createSealing } from './crypto/sealing.ts';
import { runStartUpSelfTests } from './crypto/self-test.ts';
import { createCursors } from './cursors.ts';
import { createDigests } from './digests.ts';
import { createFlow } from './flow.ts';
import { openGovernance } from './governance.ts';
import { loadPeerCredentials } from './identity/peer-credentials.ts';
import { listenAll } from './listeners.ts';
import { createNamedKeys, type NamedKeyRing } from './named-keys.ts';
import type { SidecarOptions } from './options.ts';
import { createRecordedChange } from './recorded-change.ts';
import { Secret } from './secret.ts';
import { openState } from './state.ts';
import { reconcile, recordStop } from './state-record.ts';
import { defaultLimits } from './transport/connection.ts';
import { createWitnessing } from './witnessing.ts';

export interface RunningSidecar {
  /** Where it listens, for example a socket path or ws://127.0.0.1:4711. */
  readonly addresses: readonly string[];
  /** Stops listening, closes the log with a checkpoint and gives the state folder free. */
  close(): Promise<void>;
}

const nothing = (): void => undefined;

/**
 * Builds every part of the sidecar once and wires it; the only file that knows all rooms.
 *
 * @throws SidecarError `self_test_failed`, `state_locked`, `config_invalid`, `keystore_corrupt`, `audit_unavailable`,
 *   `audit_corrupt`, `quorum_unreachable`
 * @example const sidecar = await startSidecar({ stateFolder, configFolder, sockets, rootKey });
 */
export async function startSidecar(options: SidecarOptions): Promise<RunningSidecar> {
  const { onNotice = nothing, onStorageFailure = nothing, sessionKeyAudit = 'durable' } = options;
  checkRandomSource();
  await runStartUpSelfTests();
  const now = steadyClock();
  const startedAt = now();
  const peerCredentials = loadPeerCredentials();
  if (peerCredentials === undefined) onNotice('peer credentials cannot be read here: only per-identity sockets work');

  await using opened = new AsyncDisposableStack();
  const sealing = createSealing();
  const state = opened.adopt(await openState(options, sealing, { onNotice, onStorageFailure }), (it) => it.close());
  const { keystore, log, logKeys, found } = state;
  await reconcile(log, keystore, { found, sessionKeyAudit });
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
  const parts = { options, documents: keystore.documents, digests, audience: log.origin, notifier, now };
  const grantsChanged = () => openKeys?.clear();
  const governance = opened.adopt(
    await recorded('governance.open', {}, () => openGovernance({ ...parts, recorded, grantsChanged })),
    (it) => it.close(),
  );
  const { grants, directory } = governance;
  const namedKeys = opened.adopt(
    createNamedKeys(keystore, crypto, (keyId) => {
      const isGroup = (grantee: string) => directory.current.group(grantee) !== undefined;
      const grantees = grants.of(keyId);
      return { usedBy: grantees.filter((id) => !isGroup(id)), usedByGroups: grantees.filter(isGroup) };
    }),
    (it) => it.clear(),
  );
  openKeys = namedKeys;

  const cursors = createCursors(sealing, cursorKey);
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
    cursors,
    startedAt,
    now,
  });
  const { asksForProcess } = directory.current.credentials;
  const listeners = await listenAll(options, flow.accept, defaultLimits, peerCredentials, asksForProcess);

  const held = opened.move();
  return {
    addresses: listeners.map((listener) => listener.address),
    async close() {
      await using _held = held;
      await Promise.all(listeners.map((listener) => listener.close()));
      await flow.refusals.flush();
      // What is still under way would change the keystore after its last root was recorded.
      governance.close();
      await crypto.close();
      await recordStop(log, keystore);
      await witnessing?.settle();
    },
  };
}

function newSystemKey(): Secret {
  return Secret.take(randomBytes(32));
}

/** Milliseconds since 1970 that never go back: what has expired stays so. */
function steadyClock(): () => number {
  let latest = 0;
  return () => {
    latest = Math.max(latest, Date.now());
    return latest;
  };
}
