import { sha256 } from '../approval/operation-digest.ts';
import { FerroHsmError, type HeldApproval } from '../errors.ts';
import type { HandedOnPeer, MethodName, MethodTypes, SystemHelloResult } from '../generated/types.ts';
import { version } from '../generated/version.ts';
import type { Transport } from '../transport/transport.ts';
import { type CryptoOptions, createCrypto, cryptoOver, type HsmCrypto } from '../webcrypto/crypto.ts';
import { Approvals } from './approvals.ts';
import { Audit } from './audit.ts';
import { Backups } from './backups.ts';
import { BreakGlass } from './break-glass.ts';
import { CheckedRpc, type PlannedChange } from './checked.ts';
import { DataKeys } from './data-keys.ts';
import { Keys } from './keys.ts';
import { Policy } from './policy.ts';
import { Principals } from './principals.ts';
import { ReceiptedRpc } from './receipted.ts';
import { RemoteRpc } from './remote.ts';
import { Retention } from './retention.ts';
import { Rotation } from './rotation.ts';
import type { Rpc } from './rpc.ts';
import { Session } from './session.ts';
import { Sessions } from './sessions.ts';
import { System } from './system.ts';
import { Tokens } from './tokens.ts';
import { WaitingRpc } from './waiting.ts';

/** What every way to connect takes. */
export interface ClientOptions extends CryptoOptions {
  /** Longest time in milliseconds that a connection may take to open, attempts repeated; default 10 000. */
  readonly connectTimeoutMs?: number;
  /** Name and version of the application for the log; printable ASCII, at most 128 characters. */
  readonly client?: string;
  /** Registers the token with this invitation (base64url, good once) before it is presented. */
  readonly invitation?: string;
  /**
   * Asked at each call for the `traceparent` of what the application does (W3C Trace Context): the spans of a sidecar that
   * sends traces then stand in the application's own trace.
   *
   * @example connect({ traceParent: () => { const carrier = {}; propagation.inject(context.active(), carrier); return carrier.traceparent; } })
   */
  readonly traceParent?: () => string | undefined;
}

/** The typed clients of one sidecar. */
export interface FerroHsmClients {
  /** WebCrypto whose secret and private keys live in the sidecar. */
  readonly crypto: HsmCrypto;
  /** `crypto.subtle`. */
  readonly subtle: HsmCrypto['subtle'];
  /** Named keys. */
  readonly keys: Keys;
  /** Data keys, wrapped under named keys. */
  readonly dataKeys: DataKeys;
  /** Operations that wait for people. */
  readonly approvals: Approvals;
  readonly policy: Policy;
  /** Persons, workloads and groups. */
  readonly principals: Principals;
  /** All connections. */
  readonly sessions: Sessions;
  /** How long keys are kept. */
  readonly retention: Retention;
  /** When next versions are made by themselves. */
  readonly rotation: Rotation;
  readonly tokens: Tokens;
  readonly backups: Backups;
  /** Emergency sessions. */
  readonly breakGlass: BreakGlass;
  readonly audit: Audit;
  readonly system: System;
  /** This connection. */
  readonly session: Session;
  /**
   * Any method of the sidecar by its name: params and result as its OpenRPC document has them (`system.discover()`), bytes as
   * `Uint8Array`s.
   *
   * @throws FerroHsmError with the sidecar's code
   * @example const { entries } = await hsm.call('inventory.list', { limit: 100 });
   */
  call<M extends MethodName>(method: M, params: MethodTypes[M]['params']): Promise<MethodTypes[M]['result']>;
}

/** What a view of the clients does otherwise. */
export interface ViewOptions {
  /** An operation that is held for approvals waits for them and is repeated, instead of throwing `approval_required`. */
  readonly wait?: boolean;
  /** Ends the waiting; what is waited for rejects with its reason, and the approval request stays. */
  readonly signal?: AbortSignal;
  /** Told of each approval request that is waited for, so that people can be told of it. */
  readonly onHeld?: (approval: HeldApproval) => void;
  /**
   * Takes the receipt of each operation's record (C2SP tlog-proof), refused ones included: a text that says what was
   * done and verifies offline with `verifyReceipt` and the log's public keys. An operation then settles when a signed
   * checkpoint covers its record, at most about a second later.
   */
  readonly onReceipt?: (receipt: string, method: string) => void;
  /**
   * Waited for before each operation that changes state or releases secrets; where it rejects, nothing is sent and the
   * operation rejects with the same. It may ask a person, or only rehearse the operation.
   */
  readonly beforeChange?: (change: PlannedChange) => Promise<void>;
}

/**
 * A connected sidecar. A connection that was lost is opened again by the next call.
 *
 * @example await using hsm = await connect();
 */
export interface FerroHsm extends FerroHsmClients, AsyncDisposable {
  /**
   * The same connection and keys, for operations that other people have to approve first, that are checked
   * before they are sent, or whose receipts are kept. A
   * held operation is repeated with the same requestId until it runs; it rejects with `approval_closed` when it was
   * denied, cancelled or has expired.
   *
   * @example const { subtle } = hsm.with({ wait: true, signal: AbortSignal.timeout(3_600_000) });
   * @example const { subtle } = hsm.with({ onReceipt: (receipt) => receipts.push(receipt) });
   * @example const { keys } = hsm.with({ beforeChange: async ({ method }) => askSomebody(method) });
   */
  with(options: ViewOptions): FerroHsmClients;
  /** What the sidecar said of itself when the present connection was opened: limits, and the log's keys to pin. */
  readonly hello: SystemHelloResult;
  /** Ends the connection and with it all session keys; later calls are refused with `connection_lost`. */
  close(): Promise<void>;
}

const defaultConnectTimeoutMs = 10_000;

/** Who a client says that it is, beside what the sidecar sees of it. */
export interface Credentials {
  readonly token: string | undefined;
  /** Only of the PKCS#11 front process. */
  readonly peer?: HandedOnPeer | undefined;
}

/** Opens the connection and puts the typed clients on it. */
export async function openFerroHsm(
  transport: Transport,
  { token, peer }: Credentials,
  options: ClientOptions,
): Promise<FerroHsm> {
  const {
    connectTimeoutMs = defaultConnectTimeoutMs,
    client = `@ferrohsm/sdk ${version}`,
    invitation,
    traceParent,
  } = options;
  const greeting = {
    client,
    ...(token !== undefined && { token }),
    ...(peer !== undefined && { peer }),
    ...(invitation !== undefined && { enrolment: await enrolmentOf(invitation, token) }),
  };
  const rpc = await RemoteRpc.open({ transport, greeting, connectTimeoutMs, traceParent });
  const crypto = createCrypto(rpc, options);
  return Object.freeze({
    ...clientsOver(rpc, crypto),
    with(view: ViewOptions) {
      const over = viewOf(rpc, view);
      return Object.freeze(clientsOver(over, cryptoOver(crypto, over)));
    },
    get hello() {
      return rpc.hello;
    },
    close: () => rpc.close(),
    [Symbol.asyncDispose]: () => rpc.close(),
  });
}

function viewOf(rpc: Rpc, view: ViewOptions): Rpc {
  const receipted = view.onReceipt === undefined ? rpc : new ReceiptedRpc(rpc, view.onReceipt);
  const waiting = view.wait === true ? new WaitingRpc(receipted, view) : receipted;
  // Outermost: what waits for people is repeated, and shown only once.
  return view.beforeChange === undefined ? waiting : new CheckedRpc(waiting, view.beforeChange);
}

function clientsOver(rpc: Rpc, crypto: HsmCrypto): FerroHsmClients {
  return {
    crypto,
    subtle: crypto.subtle,
    keys: new Keys(rpc, crypto),
    dataKeys: new DataKeys(rpc),
    approvals: new Approvals(rpc),
    policy: new Policy(rpc),
    principals: new Principals(rpc),
    sessions: new Sessions(rpc),
    retention: new Retention(rpc),
    rotation: new Rotation(rpc),
    tokens: new Tokens(rpc),
    backups: new Backups(rpc),
    breakGlass: new BreakGlass(rpc),
    audit: new Audit(rpc),
    system: new System(rpc),
    session: new Session(rpc),
    call: (method, params) => rpc.call(method, params),
  };
}

async function enrolmentOf(invitation: string, token: string | undefined) {
  if (token === undefined)
    throw new FerroHsmError('config_invalid', 'an invitation registers a token, and none is given');
  return { invitation, tokenSha256: await sha256(token) };
}
