import type { FerroHsm } from '@ferrohsm/sdk/node';

/** A connection to the sidecar as one identity. It is opened again by the next call when it was lost. */
export type Sidecar = Pick<FerroHsm, 'call' | 'hello' | 'close'>;

/** What the sidecar is told of an application, and what the application presents. */
export interface Presented {
  /** Name of the socket that the application came through; undefined where the token alone is to count. */
  readonly socket?: string;
  /** A PIN: the bearer token of the principal. */
  readonly token?: string;
}

/**
 * Opens a connection for an application.
 *
 * @throws FerroHsmError `unauthenticated`, `rate_limited`, `connection_lost`
 */
export type OpenSidecar = (presented: Presented) => Promise<Sidecar>;
