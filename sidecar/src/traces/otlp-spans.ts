import type { Span } from './span.ts';

const kinds = Object.freeze({ internal: 1, server: 2 });
const failed = Object.freeze({ code: 2 });

/**
 * One ExportTraceServiceRequest of OTLP 1.x in its JSON mapping: ids are hexadecimal, 64-bit numbers decimal strings.
 *
 * @param version of the sidecar
 */
export function otlpSpans(spans: readonly Span[], version: string): string {
  const resource = { attributes: [attribute('service.name', 'ferrohsm'), attribute('service.version', version)] };
  const scopeSpans = [{ scope: { name: 'ferrohsm.requests', version }, spans: spans.map(otlpSpan) }];
  return JSON.stringify({ resourceSpans: [{ resource, scopeSpans }] });
}

function otlpSpan({ traceId, spanId, parentId, name, kind, startMs, endMs, attributes, hasFailed }: Span): object {
  return {
    traceId,
    spanId,
    ...(parentId !== undefined && { parentSpanId: parentId }),
    name,
    kind: kinds[kind],
    startTimeUnixNano: unixNanoseconds(startMs),
    endTimeUnixNano: unixNanoseconds(endMs),
    attributes: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
    ...(hasFailed && { status: failed }),
  };
}

function attribute(key: string, value: string | number): object {
  return { key, value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value } };
}

/** A double holds no nanoseconds since 1970: microseconds of the origin and nanoseconds of the process are added apart. */
function unixNanoseconds(performanceMs: number): string {
  const originUs = BigInt(Math.round(performance.timeOrigin * 1e3));
  return String(originUs * 1000n + BigInt(Math.round(performanceMs * 1e6)));
}
