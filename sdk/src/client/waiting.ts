import { ApprovalRequiredError, type HeldApproval } from '../errors.ts';
import type { MethodName, MethodTypes, SystemHelloResult } from '../generated/types.ts';
import { pause } from './pause.ts';
import type { Rpc } from './rpc.ts';

/** Before an approval that did not suffice is looked at again. */
const pauseMs = 1000;

export interface WaitingOptions {
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
  /** Told of each approval request before it is waited for. */
  readonly onHeld?: (approval: HeldApproval) => void;
}

/**
 * The way to a sidecar on which a held call waits for its approvals and is repeated with the same params, and so with the
 * same requestId, until it runs or cannot any more.
 */
export class WaitingRpc implements Rpc {
  readonly #rpc: Rpc;
  readonly #signal: AbortSignal | undefined;
  readonly #onHeld: ((approval: HeldApproval) => void) | undefined;

  constructor(rpc: Rpc, { signal, onHeld }: WaitingOptions) {
    this.#rpc = rpc;
    this.#signal = signal;
    this.#onHeld = onHeld;
  }

  get sessionNumber(): number {
    return this.#rpc.sessionNumber;
  }

  get hello(): SystemHelloResult {
    return this.#rpc.hello;
  }

  async call<M extends MethodName>(method: M, params: MethodTypes[M]['params']): Promise<MethodTypes[M]['result']> {
    for (let earlier: string | undefined; ; ) {
      try {
        this.#signal?.throwIfAborted();
        return await this.#rpc.call(method, params);
      } catch (error) {
        if (!(error instanceof ApprovalRequiredError)) throw error;
        const { approval } = error;
        if (approval.id === earlier) await pause(pauseMs, this.#signal);
        earlier = approval.id;
        this.#onHeld?.(approval);
        await approval.wait({ signal: this.#signal });
      }
    }
  }

  close(): Promise<void> {
    return this.#rpc.close();
  }
}
