import type { MethodName, MethodTypes, SystemHelloResult } from '@ferrohsm/sdk';

/** The sidecar as one identity reaches it. */
export interface Sidecar {
  /** @throws FerroHsmError with the sidecar's code */
  call<M extends MethodName>(method: M, params: MethodTypes[M]['params']): Promise<MethodTypes[M]['result']>;
  close(): Promise<void>;
}

/** What an application presents to the sidecar. */
export interface Presented {
  /** Name of the socket that the application came through; without it the PIN alone counts. */
  readonly socket?: string;
  /** The bearer token of a principal. */
  readonly pin?: string;
}

/** A connection that is open. */
export interface OpenSidecar extends Sidecar {
  /** What the sidecar said of itself. */
  readonly hello: SystemHelloResult;
}

/**
 * Connects for an application.
 *
 * @throws FerroHsmError `unauthenticated`, `rate_limited`, `connection_lost`
 */
export type Connect = (presented: Presented) => Promise<OpenSidecar>;

/** Connects with the first call, and again with each next one until somebody answers: the sidecar may be restarted. */
export class PatientSidecar implements Sidecar {
  readonly #connect: () => Promise<OpenSidecar>;
  #opened: OpenSidecar | undefined;
  #opening: Promise<OpenSidecar> | undefined;

  constructor(connect: () => Promise<OpenSidecar>) {
    this.#connect = connect;
  }

  /** On an open connection the call is made at once. */
  async call<M extends MethodName>(method: M, params: MethodTypes[M]['params']): Promise<MethodTypes[M]['result']> {
    const sidecar = this.#opened ?? (await this.#open());
    return sidecar.call(method, params);
  }

  async hello(): Promise<SystemHelloResult> {
    return (this.#opened ?? (await this.#open())).hello;
  }

  async close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = undefined;
    this.#opened = undefined;
    await opening?.then(
      (sidecar) => sidecar.close(),
      () => undefined,
    );
  }

  async #open(): Promise<OpenSidecar> {
    const opening = this.#opening ?? this.#connect();
    this.#opening = opening;
    try {
      const opened = await opening;
      // It may have been closed meanwhile.
      if (this.#opening === opening) this.#opened = opened;
      return opened;
    } catch (error) {
      if (this.#opening === opening) this.#opening = undefined;
      throw error;
    }
  }
}
