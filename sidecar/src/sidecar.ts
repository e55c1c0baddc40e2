import { requireLifetime } from './approval/desk.ts';
import { checkRandomSource } from './crypto/random-source.ts';
import { createSealing } from './crypto/sealing.ts';
import { runStartUpSelfTests } from './crypto/self-test.ts';
import { loadPeerCredentials } from './identity/peer-credentials.ts';
import { lockStateFolder } from './keystore/state-lock.ts';
import { listenAll } from './listeners.ts';
import type { AdjustableLimits, ConfigurationMark, SidecarOptions } from './options.ts';
import { openProbes } from './probes.ts';
import { createRootKeySource } from './seal/root-key-source.ts';
import { SealSwitch } from './seal/seal-switch.ts';
import { createSteadyClock } from './steady-clock.ts';
import { createTelemetry } from './telemetry/telemetry.ts';
import { type Connection, defaultLimits } from './transport/connection.ts';

export interface RunningSidecar {
  /** Where it listens, for example a socket path or ws://127.0.0.1:4711. */
  readonly addresses: readonly string[];
  /** Where it tells health and metrics. */
  readonly probeAddresses: readonly string[];
  /** Whether it started sealed. */
  readonly isSealed: boolean;
  /**
   * Puts other limits in force, for open sessions and new requests alike, and on record.
   *
   * @throws SidecarError `config_invalid`, and nothing is changed
   */
  adjust(limits: Required<AdjustableLimits>, configuration?: ConfigurationMark): Promise<void>;
  /**
   * Stops listening, closes the log with a checkpoint and gives the state folder free.
   *
   * @param drainMs how long calls that are under way may go on; default 5 s
   */
  close(drainMs?: number): Promise<void>;
}

const nothing = (): void => undefined;

/**
 * Starts the sidecar on its sockets: what holds for as long as the process lives. `unsealed.ts` builds what needs the root
 * key, and wires it.
 *
 * @throws SidecarError `self_test_failed`, `state_locked`, `config_invalid`, `keystore_corrupt`, `audit_unavailable`,
 *   `audit_corrupt`, `quorum_unreachable`
 * @example const sidecar = await startSidecar({ stateFolder, configFolder, sockets, rootKey });
 */
export async function startSidecar(given: SidecarOptions): Promise<RunningSidecar> {
  // What may be adjusted is read from here at each use.
  const options = { ...given };
  const { onNotice = nothing } = options;
  checkRandomSource();
  await runStartUpSelfTests();
  const clock = createSteadyClock(options.timeOfDay);
  const startedAt = clock.now();
  const peerCredentials = loadPeerCredentials();
  if (peerCredentials === undefined) onNotice('peer credentials cannot be read here: only per-identity sockets work');

  await using opened = new AsyncDisposableStack();
  opened.adopt(await lockStateFolder(options.stateFolder), (lock) => lock.release());
  const telemetry = opened.adopt(createTelemetry(options), (it) => it.close());
  const { readiness } = telemetry;
  let watched: SealSwitch | undefined;
  // Before all that takes time, and until the end: whoever looks is told that it starts, or stops.
  const probes = opened.adopt(await openProbes(options, telemetry, () => watched), (it) => it.close());
  const sealing = createSealing();
  const source = createRootKeySource(options, sealing);
  const parts = { options, sealing, source, telemetry, startedAt, clock };
  const seal = opened.adopt(await SealSwitch.start(parts), (it) => it.close());
  watched = seal;
  const accept = (connection: Connection) => seal.accept(connection);
  const { onConnectionRefused } = telemetry.hearers;
  const asksForProcess = () => seal.asksForProcess;
  const listeners = await listenAll(
    options,
    accept,
    defaultLimits,
    peerCredentials,
    asksForProcess,
    onConnectionRefused,
  );
  readiness.running(() => seal.vitals);

  const held = opened.move();
  return {
    addresses: listeners.map((listener) => listener.address),
    probeAddresses: probes.addresses,
    isSealed: seal.isSealed,
    async adjust(limits, configuration) {
      requireLifetime(limits.approvalLifetimeMs);
      Object.assign(options, limits, { configuration });
      await seal.recordConfiguration();
    },
    async close(drainMs) {
      readiness.stopping();
      await using _held = held;
      await Promise.all(listeners.map((listener) => listener.close(drainMs)));
    },
  };
}
