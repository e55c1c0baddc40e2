import { type Format, openMetricsText, prometheusText } from './exposition.ts';

/** The format that an `Accept` header asks for (RFC 9110 section 12.5.1); Prometheus' own where none is preferred. */
export function formatFor(accept: string | undefined): Format {
  const ranges = (accept ?? '').split(',').map(weightOf);
  const weightFor = (wanted: string) => Math.max(0, ...ranges.map(([type, weight]) => (type === wanted ? weight : 0)));
  const openMetrics = weightFor('application/openmetrics-text');
  return openMetrics > 0 && openMetrics >= weightFor('text/plain') ? openMetricsText : prometheusText;
}

function weightOf(range: string): readonly [type: string, weight: number] {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  return [type, weight === undefined ? 1 : Number(weight)];
}
