import type { MethodName, MethodTypes, SystemHelloResult } from '../generated/types.ts';
import type { CallOptions, Rpc } from './rpc.ts';

/** The way to a sidecar on which every call asks for the receipt of its record. */
export class ReceiptedRpc implements Rpc {
  readonly #rpc: Rpc;
  readonly #options: CallOptions;

  constructor(rpc: Rpc, onReceipt: NonNullable<CallOptions['onReceipt']>) {
    this.#rpc = rpc;
    this.#options = { onReceipt };
  }

  get sessionNumber(): number {
    return this.#rpc.sessionNumber;
  }

  get hello(): SystemHelloResult {
    return this.#rpc.hello;
  }

  call<M extends MethodName>(method: M, params: MethodTypes[M]['params']): Promise<MethodTypes[M]['result']> {
    return this.#rpc.call(method, params, this.#options);
  }

  close(): Promise<void> {
    return this.#rpc.close();
  }
}
