import { SidecarError } from '../../errors.ts';
import { type ErrorCode, errorTable } from '../../generated/errors.ts';

type Headers = Readonly<Record<string, string>>;

/** An answer as it goes out. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string | Buffer;
}

/** A refusal of HTTP itself: its status says more than its code, which has another one elsewhere. */
export class HttpRefusal extends Error {
  override readonly name = 'HttpRefusal';
  readonly status: number;
  readonly headers: Headers;
  readonly refusal: SidecarError;

  constructor(status: number, code: ErrorCode, detail: string, headers: Headers = {}) {
    super(detail);
    this.status = status;
    this.headers = headers;
    this.refusal = new SidecarError(code, detail);
  }
}

/** What nobody said when to repeat. */
const defaultRetryAfterMs = 1000;
const retrying = new Set([429, 503]);

/** The answer that tells of a refusal: problem details (RFC 9457), or for a held operation what it waits for. */
export function refusalAnswer(cause: unknown): HttpAnswer {
  if (cause instanceof HttpRefusal) return problem(cause.refusal, cause.status, cause.headers);
  const error = cause instanceof SidecarError ? cause : new SidecarError('internal_error');
  return error.code === 'approval_required' ? heldAnswer(error) : problem(error, errorTable[error.code].http, {});
}

function problem({ code, detail, facts }: SidecarError, status: number, headers: Headers): HttpAnswer {
  const { message, hint, retryable } = errorTable[code];
  const { retryAfterMs } = facts;
  const body = {
    type: `/v1/#${code}`,
    title: message,
    status,
    ...(detail !== undefined && { detail }),
    code,
    hint,
    retryable,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
  return {
    status,
    headers: { 'content-type': 'application/problem+json', ...statusHeaders(status, retryAfterMs), ...headers },
    body: JSON.stringify(body),
  };
}

function statusHeaders(status: number, retryAfterMs = defaultRetryAfterMs): Headers {
  if (status === 401) return { 'www-authenticate': 'Bearer realm="ferrohsm"' };
  return retrying.has(status) ? { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) } : {};
}

function heldAnswer({ code, facts: { approval } }: SidecarError): HttpAnswer {
  return {
    status: 202,
    headers: {
      'content-type': 'application/json',
      ...(approval && { location: `/v1/approvals/${encodeURIComponent(approval.id)}` }),
    },
    body: JSON.stringify({ approval, code, hint: errorTable[code].hint }),
  };
}
