import { SidecarError } from '../errors.ts';
import type { ErrorCode } from '../generated/errors.ts';
import { openrpc } from '../generated/openrpc.ts';
import type { MethodName, MethodTypes, SystemUnsealResult, UnsealProgress } from '../generated/types.ts';
import { greetingOf } from '../greeting.ts';
import type { Identity } from '../identity/authenticator.ts';
import { createSystemHello } from '../methods/system.hello.ts';
import { processFacts } from '../methods/system.status.ts';
import type { Peer } from '../peer.ts';
import { createAccept } from '../request/accept.ts';
import type { Call, Session } from '../request/context.ts';
import { createDispatch } from '../request/dispatch.ts';
import type { Gate } from '../request/gate.ts';
import { discard, type Pipeline } from '../request/pipeline.ts';
import { sourceOf } from '../request/refusal-window.ts';
import { speakerOf } from '../request/speaker.ts';
import { validate } from '../request/validate.ts';
import type { Secret } from '../secret.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { type Connection, type ConnectionHandler, defaultLimits } from '../transport/connection.ts';

/** How many shares were given, where the root key is in shares. */
export interface SealedProgress {
  readonly progress?: UnsealProgress;
  /** Of the set that was prepared to follow. */
  readonly next?: UnsealProgress;
}

export interface SealedFlowOptions {
  /** Lets calls in until the sidecar is unsealed. */
  readonly gate: Gate;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly now: () => number;
  readonly progress: () => SealedProgress;
  /** Takes a share, or has the root key obtained. */
  readonly unseal: (share: Secret | undefined, peer: Peer) => Promise<SystemUnsealResult>;
  readonly telemetry: Pick<Telemetry, 'hearers' | 'readiness'>;
  /** Hears of errors that no client is told. */
  readonly onUnexpected: (error: unknown, where: string) => void;
}

/** What a sealed sidecar answers. It knows nobody: who may log in is sealed as well. */
export interface SealedFlow {
  readonly accept: (connection: Connection) => ConnectionHandler;
  readonly sessions: ReadonlySet<Session>;
}

type SealedHandler = (params: object, session: Session) => Promise<object>;

export function createSealedFlow(options: SealedFlowOptions): SealedFlow {
  const { now, onUnexpected } = options;
  const sessions = new Set<Session>();
  const dispatch = createDispatch(createSealedPipeline(createSealedHandlers(options, sessions), options));
  const accept = createAccept({
    dispatch,
    sessions,
    sessionKeys: 0,
    inFlight: defaultLimits.inFlight,
    now,
    onMessageRefused: options.telemetry.hearers.onMessageRefused,
    onUnexpected,
  });
  return { accept, sessions };
}

/** Nothing is authorized, because there is no policy, and nothing recorded, because there is no log. */
function createSealedPipeline(
  handlers: ReadonlyMap<MethodName, SealedHandler>,
  { gate, telemetry, onUnexpected }: SealedFlowOptions,
): Pipeline {
  async function answer(call: Call): Promise<object> {
    gate.enter();
    try {
      return await handlerOf(call, handlers)(validate(call), call.session);
    } finally {
      gate.leave();
    }
  }

  return async (call) => {
    // Behind this answer, which still has to be sent; the call that unsealed gets in before.
    if (gate.isShut) setImmediate(() => call.session.end());
    let outcome: 'ok' | ErrorCode = 'internal_error';
    try {
      const result = await answer(call);
      outcome = 'ok';
      return result;
    } catch (error) {
      if (error instanceof SidecarError) outcome = error.code;
      else onUnexpected(error, call.method);
      throw error;
    } finally {
      telemetry.hearers.onAnswered(call, outcome);
      discard(call);
    }
  };
}

function handlerOf({ method, session, traits }: Call, handlers: ReadonlyMap<MethodName, SealedHandler>): SealedHandler {
  if (method !== 'system.hello' && session.identity === undefined) {
    throw new SidecarError('unauthenticated', 'system.hello must be the first message');
  }
  const handler = handlers.get(method);
  if (!traits.allowedWhileSealed || handler === undefined) throw new SidecarError('sealed');
  return handler;
}

function createSealedHandlers(
  { startedAt, now, progress, unseal, telemetry }: SealedFlowOptions,
  sessions: ReadonlySet<Session>,
): ReadonlyMap<MethodName, SealedHandler> {
  const hello = createSystemHello(greetingOf({ origin: '', verifierKeys: [] }, 0));
  const handlers: {
    readonly [M in MethodName]?: (params: MethodTypes[M]['params'], session: Session) => Promise<object>;
  } = {
    'system.hello': async (params, session) => {
      session.peer = speakerOf(session.peer, params);
      const identity = strangerAt(session.peer);
      return { ...(await hello(params, { identity, principal: identity.principal, session })), sealed: true };
    },
    'system.status': async () => ({
      ...processFacts({ startedAt, now }),
      state: 'sealed',
      sealed: true,
      readiness: await telemetry.readiness.read(),
      ...progress(),
      sessions: sessions.size,
    }),
    'rpc.discover': async () => openrpc,
    'system.unseal': ({ share }, { peer }) => unseal(share, peer),
  };
  return new Map(Object.entries(handlers)) as ReadonlyMap<MethodName, SealedHandler>;
}

/** Nothing that a peer presents can be looked up. */
function strangerAt(peer: Peer): Identity {
  const subject = sourceOf(peer);
  const principal = {
    id: 'nobody',
    kind: 'workload',
    roles: [],
    credential: { kind: 'socket', subject },
    groups: [],
  } as const;
  return { principal: { ...principal, roles: [], groups: [] }, credentialId: subject };
}
