import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { SidecarError } from '../../errors.ts';
import type { RestGreeting } from './session.ts';

const bearer = /^bearer +([A-Za-z0-9._~+/=-]{1,16384})$/i;
const loggedBytes = 128;
const entityTag = /^"([\x21\x23-\x7e]{0,128})"$/;

/**
 * How the caller says who it is, beside what kernel and TLS say of it.
 *
 * @throws SidecarError `unauthenticated` for anything but a bearer token
 */
export function greetingOf({ authorization, 'user-agent': agent = 'rest' }: IncomingHttpHeaders): RestGreeting {
  const client = agent.replaceAll(/[^ -~]/g, '?').slice(0, loggedBytes);
  if (authorization === undefined) return { client };
  const [, token] = bearer.exec(authorization) ?? [];
  if (token === undefined) throw new SidecarError('unauthenticated', 'the header Authorization is not "Bearer TOKEN"');
  return { client, token };
}

/** The id of the request in its answer: its own, where that is fit to be one. */
export function requestIdOf({ 'x-request-id': id }: IncomingHttpHeaders): string {
  return typeof id === 'string' && /^[A-Za-z0-9._-]{1,64}$/.test(id) ? id : answerId();
}

/** What names a change: without a key of its own, a repeated one is another change. */
export function changeIdOf({ 'idempotency-key': key }: IncomingHttpHeaders): string {
  if (key === undefined) return randomId();
  // A string of structured fields (RFC 9651 section 3.3.3), or a bare word.
  return String(key).replace(/^"(.*)"$/, '$1');
}

/**
 * The ETags of If-Match (RFC 9110 section 13.1.1).
 *
 * @returns an empty tag for a weak one, which matches nothing
 * @throws SidecarError `invalid_request`
 */
export function ifMatchOf({ 'if-match': text }: IncomingHttpHeaders): readonly string[] | undefined {
  if (text === undefined) return undefined;
  return text.split(',').map((part) => tagOf(part.trim()));
}

function tagOf(text: string): string {
  if (text === '*') return text;
  const [, tag] = entityTag.exec(text.replace(/^W\//, '')) ?? [];
  if (tag === undefined) throw new SidecarError('invalid_request', 'If-Match is not a list of "ETAG"');
  return text.startsWith('W/') ? '' : tag;
}

/** Two of them are none (W3C Trace Context, section 3.2.1): Node joins them. */
export function traceParentOf({ traceparent }: IncomingHttpHeaders): string | undefined {
  return typeof traceparent === 'string' ? traceparent : undefined;
}

/** Whether the caller would rather have the bytes as they are. */
export function prefersRaw({ accept = '' }: IncomingHttpHeaders): boolean {
  return accept.split(',').some((range) => /^application\/octet-stream *(;|$)/i.test(range.trim()));
}

/** Nothing is secret about it: it tells changes apart, of all sidecars and times. */
function randomId(): string {
  return randomBytes(16).toString('base64url');
}

const answers = { prefix: randomBytes(9).toString('base64url'), count: 0 };

/** Tells answers of this process apart. */
function answerId(): string {
  answers.count += 1;
  return `${answers.prefix}-${answers.count.toString(36)}`;
}
