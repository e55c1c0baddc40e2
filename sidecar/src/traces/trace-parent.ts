/** Where a request stands in the trace of its caller. */
export interface TraceParent {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** Span of the caller: 16 hexadecimal digits. */
  readonly spanId: string;
  /** The caller records its trace. */
  readonly isSampled: boolean;
}

/** `version-traceid-parentid-flags`; what a later version appends is left out. */
const form = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const sampled = 0x01;

/**
 * Reads `traceparent` (W3C Trace Context, section 3.2). Whatever does not fit is as if it were not there, as section 4.3
 * has it: a trace begins anew.
 *
 * @example parseTraceParent('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01')?.isSampled // true
 */
export function parseTraceParent(text: string): TraceParent | undefined {
  const [, version, traceId = '', spanId = '', flags = '', more] = form.exec(text) ?? [];
  if (version === undefined || version === 'ff' || isZero(traceId) || isZero(spanId)) return undefined;
  if (version === '00' && more !== undefined) return undefined;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & sampled) !== 0 };
}

function isZero(digits: string): boolean {
  return /^0+$/.test(digits);
}
