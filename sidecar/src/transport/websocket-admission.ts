import type { IncomingMessage } from 'node:http';
import { type AdmissionRules, strangeness } from './http-origin.ts';

/** The HTTP status that refuses a handshake; a query is refused because a token in it would end up in logs. */
export function refusalStatus({ headers, url }: IncomingMessage, rules: AdmissionRules): number | undefined {
  const status = strangeness(headers, rules);
  if (status !== undefined) return status;
  if (url !== '/') return url?.startsWith('/?') ? 400 : 404;
  return undefined;
}
