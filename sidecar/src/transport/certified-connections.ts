import type { ClientCertificate, Trust } from './client-certificate.ts';

/** Timers of Node hold no more than 2^31 ms; a clock that was set wrong is noticed in that time. */
const longestWaitMs = 60_000;

/** A connection that can be ended. */
export interface Ending {
  /** When every request that was read has its answer. */
  finish(): void;
  /** At once. */
  destroy(): void;
}

/** Connections that end with the certificate behind them. */
export class CertifiedConnections {
  readonly #open = new Map<Ending, ClientCertificate>();
  #timer: NodeJS.Timeout | undefined;

  add(connection: Ending, certificate: ClientCertificate): void {
    this.#open.set(connection, certificate);
    this.#endExpired();
  }

  delete(connection: Ending): void {
    this.#open.delete(connection);
    if (this.#open.size === 0) clearTimeout(this.#timer);
  }

  /** Gives up at once, whatever they wait for, the connections whose certificate is not trusted any more. */
  endUntrusted(trust: Trust): void {
    for (const [connection, certificate] of this.#open) {
      if (!certificate.isTrusted(trust)) connection.destroy();
    }
  }

  /** Requests that were read are answered still. */
  #endExpired(): void {
    const now = Date.now();
    let next = now + longestWaitMs;
    for (const [connection, { validUntil }] of this.#open) {
      if (validUntil <= now) connection.finish();
      else next = Math.min(next, validUntil);
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#endExpired(), next - now).unref();
  }
}
