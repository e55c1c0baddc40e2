import { SidecarError } from '../errors.ts';
import { version } from '../generated/version.ts';
import { otlpSpans } from './otlp-spans.ts';
import type { Span } from './span.ts';

export interface SpanExporterOptions {
  /** Where an OpenTelemetry collector takes OTLP over HTTP; `/v1/traces` where it has no path of its own. */
  readonly url: string;
  /** Spans are sent together that often, default 2000. */
  readonly intervalMs?: number;
  /** Hears, once for each time that it begins, that the collector takes nothing. */
  readonly onError: (error: Error) => void;
}

const defaultIntervalMs = 2_000;
/** Of one request to the collector. */
const timeoutMs = 5_000;
const spansPerRequest = 512;
/** More than these are dropped: a collector that is away must cost no memory. */
const spansWaiting = 8_192;
const loopbackHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Sends spans to a collector from time to time. Nothing waits for it, and what it does not take is lost. */
export class SpanExporter {
  readonly #url: URL;
  readonly #onError: (error: Error) => void;
  readonly #timer: NodeJS.Timeout;
  #waiting: Span[] = [];
  #sending: Promise<void> = Promise.resolve();
  #isFailing = false;
  readonly #ended = new AbortController();
  /** Spans that no collector took. */
  dropped = 0;

  /** @throws SidecarError `config_invalid` for a URL that is not https and leaves this host, or names a user */
  constructor({ url, intervalMs = defaultIntervalMs, onError }: SpanExporterOptions) {
    this.#url = requireUrl(url);
    this.#onError = onError;
    this.#timer = setInterval(() => this.#send(), intervalMs);
    this.#timer.unref();
  }

  add(spans: readonly Span[]): void {
    if (this.#waiting.length + spans.length > spansWaiting) {
      this.dropped += spans.length;
      return;
    }
    this.#waiting.push(...spans);
    if (this.#waiting.length >= spansPerRequest && !this.#isFailing) this.#send();
  }

  /** Sends what waits, for as long as one request may take. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#send();
    const limit = setTimeout(() => this.#ended.abort(), timeoutMs);
    await this.#sending;
    clearTimeout(limit);
  }

  #send(): void {
    const spans = this.#waiting;
    this.#waiting = [];
    for (let at = 0; at < spans.length; at += spansPerRequest) {
      const some = spans.slice(at, at + spansPerRequest);
      this.#sending = this.#sending.then(() => this.#post(some));
    }
  }

  async #post(spans: readonly Span[]): Promise<void> {
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        redirect: 'error',
        headers: { 'content-type': 'application/json' },
        body: otlpSpans(spans, version),
        signal: AbortSignal.any([this.#ended.signal, AbortSignal.timeout(timeoutMs)]),
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`it answered ${response.status}`);
      this.#isFailing = false;
    } catch (error) {
      this.dropped += spans.length;
      if (!this.#isFailing) this.#onError(new Error(`${this.#url.origin} took no spans: ${reasonOf(error)}`));
      this.#isFailing = true;
    }
  }
}

function requireUrl(text: string): URL {
  const url = URL.parse(text);
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && loopbackHosts.has(url.hostname));
  if (url === null || !isSafe || url.username !== '' || url.password !== '') {
    throw new SidecarError('config_invalid', 'traces go to an https URL, or http on this host, without a user');
  }
  if (url.pathname === '/') url.pathname = '/v1/traces';
  return url;
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? cause.message : message;
}
