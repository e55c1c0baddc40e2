import type { IncomingHttpHeaders } from 'node:http';
import type { NetworkListenOptions } from './tcp-server.ts';

/** Which requests are let in. */
export interface AdmissionRules {
  /** Values of the Host header, in lower case. */
  readonly hosts: ReadonlySet<string>;
  /** Values of the Origin header. */
  readonly origins: ReadonlySet<string>;
}

/** The hosts that mean the listener itself, and those that are configured. */
export function admissionRules(
  port: number,
  { host, allowedHosts, allowedOrigins }: Pick<NetworkListenOptions, 'host' | 'allowedHosts' | 'allowedOrigins'>,
): AdmissionRules {
  const literal = host.includes(':') ? `[${host}]` : host;
  const own = [literal, '127.0.0.1', '[::1]', 'localhost'].map((name) => `${name}:${port}`);
  return {
    hosts: new Set([...own, ...allowedHosts].map((host) => host.toLowerCase())),
    origins: new Set(allowedOrigins),
  };
}

/**
 * The HTTP status that refuses a request of elsewhere. The Host check keeps out a page whose name was rebound to this
 * address, the Origin check every page that is not listed.
 */
export function strangeness(headers: IncomingHttpHeaders, { hosts, origins }: AdmissionRules): 421 | 403 | undefined {
  if (headers.host === undefined || !hosts.has(headers.host.toLowerCase())) return 421;
  if (headers.origin !== undefined && !origins.has(headers.origin)) return 403;
  return undefined;
}
