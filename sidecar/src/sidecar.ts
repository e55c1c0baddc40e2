import { randomFillSync } from 'node:crypto';
import { readConfiguration } from './configuration.ts';
import { createCryptoProvider } from './crypto/crypto-provider.ts';
import { checkRandomSource } from './crypto/random-source.ts';
import { createSealing } from './crypto/sealing.ts';
import { runStartUpSelfTests } from './crypto/self-test.ts';
import { createDigests } from './digests.ts';
import { methodTable } from './generated/methods.ts';
import type { KeyRecord } from './generated/types.ts';
import { version } from './generated/version.ts';
import { createAuthenticator } from './identity/authenticator.ts';
import { loadPeerCredentials } from './identity/peer-credentials.ts';
import { listenAll } from './listeners.ts';
import { createHandlers } from './methods/handlers.ts';
import { createNamedKeys } from './named-keys.ts';
import { defaultSocketName, type SidecarOptions } from './options.ts';
import { loadPolicyEngine } from './policy/engine.ts';
import { createAccept } from './request/accept.ts';
import { createAuthenticate } from './request/authenticate.ts';
import { createAuthorizer, createMayLook } from './request/authorize.ts';
import type { Session } from './request/context.ts';
import { createDispatch } from './request/dispatch.ts';
import { createExecute } from './request/execute.ts';
import { createIntend } from './request/intend.ts';
import { createLocator } from './request/locate.ts';
import { createPipeline } from './request/pipeline.ts';
import { createRecorder } from './request/record.ts';
import { createRefusalWindow } from './request/refusal-window.ts';
import { openState } from './state.ts';
import { reconcile, recordStop } from './state-record.ts';
import { defaultLimits } from './transport/connection.ts';

export interface RunningSidecar {
  /** Where it listens, for example a socket path or ws://127.0.0.1:4711. */
  readonly addresses: readonly string[];
  /** Stops listening, closes the log with a checkpoint and gives the state folder free. */
  close(): Promise<void>;
}

/** Session keys that one connection may hold unless configured. */
const defaultSessionKeys = 16_384;

const nothing = (): void => undefined;

/**
 * Builds every part of the sidecar once and wires it; the only file that knows all rooms.
 *
 * @throws SidecarError `self_test_failed`, `state_locked`, `config_invalid`, `keystore_corrupt`, `audit_unavailable`
 * @example const sidecar = await startSidecar({ stateFolder, configFolder, sockets, rootKey });
 */
export async function startSidecar(options: SidecarOptions): Promise<RunningSidecar> {
  const { onNotice = nothing, onError = nothing, onLogFailure = nothing } = options;
  checkRandomSource();
  await runStartUpSelfTests();

  const startedAt = Date.now();
  const configuration = await readConfiguration(options.configFolder, onNotice);
  const policy = await loadPolicyEngine({
    policies: configuration.policies,
    actions: [...new Set(Object.values(methodTable).map((traits) => traits.action))],
    onFault: (reason) => onError(reason, 'policy'),
  });
  const peerCredentials = loadPeerCredentials();
  if (peerCredentials === undefined) onNotice('peer credentials cannot be read here: only per-identity sockets work');
  const authenticator = createAuthenticator({
    principals: configuration.principals,
    trustedSockets: options.sockets.map(({ name }) => name).filter((name) => name !== defaultSocketName),
  });

  const sealing = createSealing();
  const state = await openState(options, sealing, { onNotice, onLogFailure });
  try {
    return await run(state);
  } catch (error) {
    await state.close();
    throw error;
  }

  async function run({ keystore, log, close: closeState }: typeof state): Promise<RunningSidecar> {
    const crypto = createCryptoProvider({});
    const digests = await createDigests(keystore, sealing);
    const namedKeys = createNamedKeys(keystore, crypto);
    const sessions = new Set<Session>();
    const sessionKeys = options.sessionKeys ?? defaultSessionKeys;
    const { inFlight, messageBytes, attachmentBytes, attachments, depth, batch } = defaultLimits;
    const limits = { messageBytes, attachmentBytes, attachments, depth, batch, inFlight, sessionKeys };

    const handlers = createHandlers({
      crypto,
      keystore,
      log,
      mayLook: createMayLook(policy, namedKeys, Date.now),
      keyChanged: (record: KeyRecord) => {
        namedKeys.forget(record);
        policy.advanceEpoch();
      },
      greeting: { server: `FerroHSM/${version}`, limits, log: { origin: log.origin, keys: log.verifierKeys } },
      fillRandom: (bytes) => randomFillSync(bytes),
      status: { version, startedAt, now: Date.now, keystore, log, policy, sessionCount: () => sessions.size },
    });
    const authorizer = createAuthorizer({ policy, locate: createLocator(namedKeys), now: Date.now });
    const refusals = createRefusalWindow(log);
    const pipeline = createPipeline({
      authenticate: createAuthenticate(authenticator, Date.now),
      authorizer,
      intend: createIntend(log, digests.ofBytes),
      execute: createExecute(handlers, authorizer, digests.ofRequest),
      recorder: createRecorder({
        log,
        digest: digests.ofBytes,
        authorizer,
        refusals,
        stateRoot: () => keystore.root(),
        onUnexpected: onError,
      }),
    });
    const accept = createAccept({ dispatch: createDispatch(pipeline), sessions, sessionKeys, inFlight });
    await reconcile(log, keystore, version);
    const listeners = await listenAll(options, accept, defaultLimits, peerCredentials);

    return {
      addresses: listeners.map((listener) => listener.address),
      async close() {
        await Promise.all(listeners.map((listener) => listener.close()));
        await refusals.flush();
        await recordStop(log, keystore);
        await crypto.close();
        namedKeys.clear();
        digests.close();
        await closeState();
      },
    };
  }
}
