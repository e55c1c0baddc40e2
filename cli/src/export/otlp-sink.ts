import { once } from 'node:events';
import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { type AgentOptions, Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';
import { systemCode } from '../errors.ts';
import { type Sink, SinkError } from './delivery.ts';

export interface OtlpSinkOptions {
  readonly url: URL;
  readonly tls: Pick<AgentOptions, 'ca' | 'cert' | 'key'>;
  /** Reads the bearer token anew for each request, so that it can be replaced. */
  readonly bearerToken: (() => string) | undefined;
  /** Longest that a request may take. */
  readonly timeoutMs: number;
}

/** OTLP/HTTP "Retryable Response Codes". */
const retryable: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const longestAnswerBytes = 64 * 1024;

/** Log records by OTLP/HTTP with JSON bodies. Delivered is what the collector answered with success. */
export class OtlpSink implements Sink {
  readonly #options: OtlpSinkOptions;
  readonly #agent: HttpAgent | HttpsAgent;

  constructor(options: OtlpSinkOptions) {
    this.#options = options;
    const kept = { keepAlive: true, maxSockets: 1 };
    this.#agent =
      options.url.protocol === 'https:'
        ? new HttpsAgent({ ...kept, ...options.tls, minVersion: 'TLSv1.2' })
        : new HttpAgent(kept);
  }

  async deliver(messages: readonly string[], signal: AbortSignal): Promise<void> {
    for (const message of messages) await this.#post(message, signal);
  }

  reopen(): void {
    this.#agent.destroy();
  }

  async close(): Promise<void> {
    this.#agent.destroy();
  }

  async #post(message: string, signal: AbortSignal): Promise<void> {
    const { url, timeoutMs } = this.#options;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    try {
      const response = await this.#send(Buffer.from(message), limit);
      judge(url, response, await limitedText(response));
    } catch (cause) {
      if (cause instanceof SinkError) throw cause;
      const reason = limit.aborted ? `no answer within ${timeoutMs / 1000} s` : reasonOf(cause);
      throw new SinkError(`${url.origin} did not take the records: ${reason}`, { cause });
    }
  }

  async #send(body: Buffer, signal: AbortSignal): Promise<IncomingMessage> {
    const { url, bearerToken } = this.#options;
    const token = bearerToken?.();
    const headers = {
      'content-type': 'application/json',
      'content-length': body.length,
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    };
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    const sent = send(url, { method: 'POST', agent: this.#agent, headers, signal });
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return response;
  }
}

/** @throws SinkError unless all records were taken */
function judge(url: URL, response: IncomingMessage, answer: string): void {
  const { statusCode = 0, headers } = response;
  if (statusCode >= 200 && statusCode < 300) {
    refusePartial(url, answer);
    return;
  }
  const isTemporary = retryable.has(statusCode);
  const retryAfterMs = retryAfter(headers['retry-after']);
  throw new SinkError(`${url.origin} answered ${statusCode}`, { isTemporary, retryAfterMs });
}

/** OTLP/HTTP "Partial Success": what was rejected must not be sent again, so a person has to look. */
function refusePartial(url: URL, answer: string): void {
  const { rejectedLogRecords = 0, errorMessage = '' } = partialSuccess(answer);
  if (Number(rejectedLogRecords) === 0) return;
  const reason = JSON.stringify(errorMessage.slice(0, 200));
  throw new SinkError(`${url.origin} rejected ${Number(rejectedLogRecords)} records: ${reason}`, {
    isTemporary: false,
  });
}

function partialSuccess(answer: string): { rejectedLogRecords?: string | number; errorMessage?: string } {
  try {
    return (JSON.parse(answer) as { partialSuccess?: object } | null)?.partialSuccess ?? {};
  } catch {
    // Success is the status; some collectors answer with an empty body.
    return {};
  }
}

/** RFC 9110 section 10.2.3: seconds or a date. */
function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const waitMs = /^\d{1,6}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return waitMs >= 0 ? waitMs : undefined;
}

function limitedText(response: IncomingMessage): Promise<string> {
  let length = 0;
  response.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > longestAnswerBytes) response.destroy(new Error('the answer is too long'));
  });
  return text(response);
}

function reasonOf(cause: unknown): string {
  return systemCode(cause) ?? (cause instanceof Error ? cause.message : 'unknown reason');
}
