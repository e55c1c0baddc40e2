import { newSpanId, newTraceId, type Span, type SpanAttributes } from './span.ts';
import { parseTraceParent } from './trace-parent.ts';

/** A part of a piece of work. */
interface Stage {
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
}

export interface Ending {
  readonly endMs: number;
  readonly attributes: SpanAttributes;
  readonly hasFailed: boolean;
}

/** A piece of work that is traced, from its beginning to its end. */
export class OpenTrace {
  readonly #name: string;
  readonly #traceId: string;
  readonly #parentId: string | undefined;
  readonly #startMs: number;
  readonly #stages: Stage[] = [];

  constructor(
    name: string,
    startMs: number,
    parent: { readonly traceId: string; readonly spanId: string } | undefined,
  ) {
    this.#name = name;
    this.#startMs = startMs;
    this.#traceId = parent?.traceId ?? newTraceId();
    this.#parentId = parent?.spanId;
  }

  stage(name: string, startMs: number, endMs: number): void {
    this.#stages.push({ name, startMs, endMs });
  }

  /** The span of the whole, and one below it for each stage. */
  spans({ endMs, attributes, hasFailed }: Ending): Span[] {
    const [traceId, spanId] = [this.#traceId, newSpanId()];
    const whole = { name: this.#name, traceId, spanId, parentId: this.#parentId, kind: 'server' } as const;
    const parts = this.#stages.map((stage): Span => {
      const place = { traceId, spanId: newSpanId(), parentId: spanId, kind: 'internal' } as const;
      return { ...stage, ...place, attributes: {}, hasFailed: false };
    });
    return [{ ...whole, startMs: this.#startMs, endMs, attributes, hasFailed }, ...parts];
  }
}

/**
 * Begins traces: one goes on where its caller records it, and is left out where its caller does not. Those without a
 * caller's trace are chosen by chance.
 */
export class Tracer {
  readonly #share: number;

  /** @param percent of the requests that come without a trace, 0 to 100 */
  constructor(percent: number) {
    this.#share = percent / 100;
  }

  /** @param traceParent as the caller sent it; what is malformed is none */
  begin(name: string, startMs: number, traceParent: string | undefined): OpenTrace | undefined {
    const parent = traceParent === undefined ? undefined : parseTraceParent(traceParent);
    const isTaken = parent?.isSampled ?? Math.random() < this.#share;
    return isTaken ? new OpenTrace(name, startMs, parent) : undefined;
  }
}
