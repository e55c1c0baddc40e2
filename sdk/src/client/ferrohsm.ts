import type { SystemHelloResult } from '../generated/types.ts';
import { version } from '../generated/version.ts';
import type { Transport } from '../transport/transport.ts';
import { type CryptoOptions, createCrypto, type HsmCrypto } from '../webcrypto/crypto.ts';
import { Audit } from './audit.ts';
import { Keys } from './keys.ts';
import { RemoteRpc } from './remote.ts';
import { Session } from './session.ts';
import { System } from './system.ts';

/** What every way to connect takes. */
export interface ClientOptions extends CryptoOptions {
  /** Longest time in milliseconds that a connection may take to open, attempts repeated; default 10 000. */
  readonly connectTimeoutMs?: number;
  /** Name and version of the application for the log; printable ASCII, at most 128 characters. */
  readonly client?: string;
}

/**
 * A connected sidecar. A connection that was lost is opened again by the next call.
 *
 * @example await using hsm = await connect();
 */
export interface FerroHsm extends AsyncDisposable {
  /** WebCrypto whose secret and private keys live in the sidecar. */
  readonly crypto: HsmCrypto;
  /** `crypto.subtle`. */
  readonly subtle: HsmCrypto['subtle'];
  /** Named keys. */
  readonly keys: Keys;
  readonly audit: Audit;
  readonly system: System;
  readonly session: Session;
  /** What the sidecar said of itself when the present connection was opened: limits, and the log's keys to pin. */
  readonly hello: SystemHelloResult;
  /** Ends the connection and with it all session keys; later calls are refused with `connection_lost`. */
  close(): Promise<void>;
}

const defaultConnectTimeoutMs = 10_000;

/** Opens the connection and puts the typed clients on it. */
export async function openFerroHsm(
  transport: Transport,
  token: string | undefined,
  options: ClientOptions,
): Promise<FerroHsm> {
  const { connectTimeoutMs = defaultConnectTimeoutMs, client = `@ferrohsm/sdk ${version}` } = options;
  const greeting = token === undefined ? { client } : { client, token };
  const rpc = await RemoteRpc.open({ transport, greeting, connectTimeoutMs });
  const crypto = createCrypto(rpc, options);
  return Object.freeze({
    crypto,
    subtle: crypto.subtle,
    keys: new Keys(rpc, crypto),
    audit: new Audit(rpc),
    system: new System(rpc),
    session: new Session(rpc),
    get hello() {
      return rpc.hello;
    },
    close: () => rpc.close(),
    [Symbol.asyncDispose]: () => rpc.close(),
  });
}
