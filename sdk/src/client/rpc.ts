import type { MethodName, MethodTypes, SystemHelloResult } from '../generated/types.ts';

/** What a call asks for beside its answer. */
export interface CallOptions {
  /**
   * Asks for the receipt of the record that the call leaves (C2SP tlog-proof), also when it is refused. The answer comes
   * when a signed checkpoint covers the record, at most about a second later; the receipt is handed over before it.
   */
  readonly onReceipt?: (receipt: string, method: MethodName) => void;
}

/** The `traceparent` of the work that is done at this moment (W3C Trace Context); undefined where none is traced. */
export type TraceParentSource = () => string | undefined;

/** The way to the sidecar as the rest of the SDK sees it. Bytes are `Uint8Array`s on both sides of a call. */
export interface Rpc {
  /**
   * Calls one method. The params are not changed; their bytes must not change until the call has settled.
   *
   * @throws FerroHsmError with the sidecar's code; `connection_lost` when nothing was sent, `outcome_unknown` when a
   *   change or release may have happened
   */
  call<M extends MethodName>(
    method: M,
    params: MethodTypes[M]['params'],
    options?: CallOptions,
  ): Promise<MethodTypes[M]['result']>;

  /** Raised with each new connection: session keys of an earlier one are gone. */
  readonly sessionNumber: number;

  /** What the sidecar said when the present connection was opened. */
  readonly hello: SystemHelloResult;

  /** Ends the connection; later calls are refused with `connection_lost`. */
  close(): Promise<void>;
}
