import type { IncomingMessage } from 'node:http';
import type { WebSocketListenOptions } from './websocket-server.ts';

/** Which handshakes are let in. */
export interface AdmissionRules {
  /** Values of the Host header, in lower case. */
  readonly hosts: ReadonlySet<string>;
  /** Values of the Origin header. */
  readonly origins: ReadonlySet<string>;
}

/** The hosts that mean the listener itself, and those that are configured. */
export function admissionRules(
  port: number,
  { host, allowedHosts, allowedOrigins }: Pick<WebSocketListenOptions, 'host' | 'allowedHosts' | 'allowedOrigins'>,
): AdmissionRules {
  const literal = host.includes(':') ? `[${host}]` : host;
  const own = [literal, '127.0.0.1', '[::1]', 'localhost'].map((name) => `${name}:${port}`);
  return {
    hosts: new Set([...own, ...allowedHosts].map((host) => host.toLowerCase())),
    origins: new Set(allowedOrigins),
  };
}

/**
 * The HTTP status that refuses a handshake. The Host check keeps out a page whose name was rebound to this address,
 * the Origin check every page that is not listed; a query is refused because a token in it would end up in logs.
 */
export function refusalStatus(
  { headers, url }: IncomingMessage,
  { hosts, origins }: AdmissionRules,
): number | undefined {
  if (headers.host === undefined || !hosts.has(headers.host.toLowerCase())) return 421;
  if (headers.origin !== undefined && !origins.has(headers.origin)) return 403;
  if (url !== '/') return url?.startsWith('/?') ? 400 : 404;
  return undefined;
}
