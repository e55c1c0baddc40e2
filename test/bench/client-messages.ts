import type { Load } from './load.ts';

/** How the client of a side does its operations: the name of the backend and where it finds its server. */
export interface ClientPlace {
  readonly backend: 'in-process' | 'disk' | 'named-keys' | 'session-keys' | 'bare' | 'http' | 'ssh-agent';
  /** Unix socket; empty where there is no server. */
  readonly socket: string;
}

/** To the client process. */
export type ClientRequest =
  | { readonly kind: 'prepare'; readonly operation: string }
  | { readonly kind: 'run'; readonly operation: string; readonly concurrency: number; readonly durationMs: number };

/** What it did, and what that cost its own process. */
export interface ClientLoad extends Load {
  /** Of all its threads, in microseconds for one operation. */
  readonly clientCpuUsPerOp: number;
}

/** From the client process: one answer to each request. */
export type ClientAnswer =
  | { readonly kind: 'prepared' }
  | { readonly kind: 'ran'; readonly load: ClientLoad }
  | { readonly kind: 'failed'; readonly reason: string };
