import { randomBytes } from 'node:crypto';

/** What a span tells: values of this program, never of a request. */
export type SpanAttributes = Readonly<Record<string, string | number>>;

/** A piece of work with its time. */
export interface Span {
  readonly name: string;
  /** Hexadecimal, 16 bytes. */
  readonly traceId: string;
  /** Hexadecimal, 8 bytes. */
  readonly spanId: string;
  /** Undefined for the first of a trace. */
  readonly parentId: string | undefined;
  /** `server` answers a caller; `internal` is a part of that. */
  readonly kind: 'server' | 'internal';
  /** Of `performance.now()`. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: SpanAttributes;
  /** The sidecar failed, not its caller. */
  readonly hasFailed: boolean;
}

export function newTraceId(): string {
  return randomBytes(16).toString('hex');
}

export function newSpanId(): string {
  return randomBytes(8).toString('hex');
}
