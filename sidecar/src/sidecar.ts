import { randomBytes, randomFillSync } from 'node:crypto';
import type { AuditLog } from './audit/log.ts';
import { readConfiguration } from './configuration.ts';
import { createCryptoProvider } from './crypto/crypto-provider.ts';
import type { CryptoProvider } from './crypto/provider.ts';
import { checkRandomSource } from './crypto/random-source.ts';
import { createSealing } from './crypto/sealing.ts';
import { runStartUpSelfTests } from './crypto/self-test.ts';
import { createCursors } from './cursors.ts';
import { createDigests, type Digests } from './digests.ts';
import { methodTable } from './generated/methods.ts';
import { version } from './generated/version.ts';
import { type Authenticator, createAuthenticator } from './identity/authenticator.ts';
import { loadPeerCredentials } from './identity/peer-credentials.ts';
import type { Keystore } from './keystore/keystore.ts';
import { listenAll } from './listeners.ts';
import { createHandlers } from './methods/handlers.ts';
import type { Cursors } from './methods/keys.list.ts';
import { createNamedKeys, type NamedKeyRing } from './named-keys.ts';
import { defaultSocketName, type SidecarOptions } from './options.ts';
import { loadPolicyEngine, type PolicyEngine } from './policy/engine.ts';
import { createAccept } from './request/accept.ts';
import { createAuthenticate } from './request/authenticate.ts';
import { createAuthorizer, createMayLook } from './request/authorize.ts';
import type { Handlers, Session } from './request/context.ts';
import { createDispatch } from './request/dispatch.ts';
import { createExecute } from './request/execute.ts';
import { createIntend } from './request/intend.ts';
import { createLocator } from './request/locate.ts';
import { createPipeline } from './request/pipeline.ts';
import { createRecorder } from './request/record.ts';
import { createRefusalWindow } from './request/refusal-window.ts';
import { Secret } from './secret.ts';
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
 * @throws SidecarError `self_test_failed`, `state_locked`, `config_invalid`, `keystore_corrupt`, `audit_unavailable`, `audit_corrupt`
 * @example const sidecar = await startSidecar({ stateFolder, configFolder, sockets, rootKey });
 */
export async function startSidecar(options: SidecarOptions): Promise<RunningSidecar> {
  const { onNotice = nothing, onLogFailure = nothing, sessionKeyAudit = 'durable' } = options;
  checkRandomSource();
  await runStartUpSelfTests();
  const startedAt = Date.now();
  const rules = await readRules(options);
  const peerCredentials = loadPeerCredentials();
  if (peerCredentials === undefined) onNotice('peer credentials cannot be read here: only per-identity sockets work');

  await using opened = new AsyncDisposableStack();
  const sealing = createSealing();
  const { keystore, log, foundRoot } = opened.adopt(
    await openState(options, sealing, { onNotice, onLogFailure }),
    (it) => it.close(),
  );
  const digests = opened.adopt(await createDigests(keystore, sealing), (it) => it.close());
  const crypto = opened.adopt(createCryptoProvider(), (it) => it.close());
  const namedKeys = opened.adopt(createNamedKeys(keystore, crypto), (it) => it.clear());
  const cursorKey = opened.use(await keystore.systemSecret('keys-list/cursor-key', newSystemKey));
  const cursors = createCursors(sealing, cursorKey);
  const parts = { options, rules, keystore, log, digests, crypto, namedKeys, cursors, startedAt };
  const { accept, refusals } = createFlow(parts);
  await reconcile(log, keystore, { version, foundRoot, sessionKeyAudit });
  const listeners = await listenAll(options, accept, defaultLimits, peerCredentials);

  const held = opened.move();
  return {
    addresses: listeners.map((listener) => listener.address),
    async close() {
      await using _held = held;
      await Promise.all(listeners.map((listener) => listener.close()));
      await refusals.flush();
      // A key that is still being made would change the keystore after its last root was recorded.
      await crypto.close();
      await recordStop(log, keystore);
    },
  };
}

function newSystemKey(): Secret {
  return Secret.take(randomBytes(32));
}

/** Who there is and what they may do. */
interface Rules {
  readonly policy: PolicyEngine;
  readonly authenticator: Authenticator;
}

async function readRules({
  configFolder,
  sockets,
  onNotice = nothing,
  onError = nothing,
}: SidecarOptions): Promise<Rules> {
  const { policies, principals } = await readConfiguration(configFolder, onNotice);
  const actions = [...new Set(Object.values(methodTable).map((traits) => traits.action))];
  return {
    policy: await loadPolicyEngine({ policies, actions, onFault: (reason) => onError(reason, 'policy') }),
    authenticator: createAuthenticator({
      principals,
      trustedSockets: sockets.map(({ name }) => name).filter((name) => name !== defaultSocketName),
    }),
  };
}

interface FlowParts {
  readonly options: SidecarOptions;
  readonly rules: Rules;
  readonly keystore: Keystore;
  readonly log: AuditLog;
  readonly digests: Digests;
  readonly crypto: CryptoProvider;
  readonly namedKeys: NamedKeyRing;
  readonly cursors: Cursors;
  readonly startedAt: number;
}

/** The way of a request, from an accepted connection to its recorded answer. */
function createFlow(parts: FlowParts) {
  const { options, rules, keystore, log, digests, namedKeys } = parts;
  const { policy, authenticator } = rules;
  const { onError: onUnexpected = nothing, sessionKeyAudit = 'durable' } = options;
  const sessions = new Set<Session>();
  const sessionKeys = options.sessionKeys ?? defaultSessionKeys;
  const handlers = createFlowHandlers(parts, sessionKeys, () => sessions.size);
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
      sessionKeyAudit,
      stateRoot: () => keystore.root(),
      onUnexpected,
    }),
  });
  const { inFlight } = defaultLimits;
  const dispatch = createDispatch(pipeline);
  return { accept: createAccept({ dispatch, sessions, sessionKeys, inFlight, onUnexpected }), refusals };
}

function createFlowHandlers(parts: FlowParts, sessionKeys: number, sessionCount: () => number): Handlers {
  const { rules, keystore, log, crypto, namedKeys, cursors, startedAt } = parts;
  const { policy } = rules;
  const { inFlight, messageBytes, attachmentBytes, attachments, depth, batch } = defaultLimits;
  const limits = { messageBytes, attachmentBytes, attachments, depth, batch, inFlight, sessionKeys };
  return createHandlers({
    crypto,
    keystore,
    log,
    mayLook: createMayLook(policy, namedKeys, Date.now),
    cursors,
    keyChanged: (record) => {
      namedKeys.forget(record);
      policy.advanceEpoch();
    },
    greeting: { server: `FerroHSM/${version}`, limits, log: { origin: log.origin, keys: log.verifierKeys } },
    fillRandom: (bytes) => randomFillSync(bytes),
    status: { version, startedAt, now: Date.now, keystore, log, policy, sessionCount },
  });
}
