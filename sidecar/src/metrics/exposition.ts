import { catalogue, type Metric, type MetricName } from './catalogue.ts';
import { bucketBoundsSeconds, DurationHistogram } from './duration-histogram.ts';
import type { Sample } from './sample.ts';

/** The values of a moment; what cannot be known is left out. */
export type Readings = Partial<Readonly<Record<MetricName, readonly Sample[]>>>;

/** A text format, and how its media type is named. */
export interface Format {
  readonly contentType: string;
  write(readings: Readings): string;
}

/** https://prometheus.io/docs/instrumenting/exposition_formats/ */
export const prometheusText: Format = Object.freeze({
  contentType: 'text/plain; version=0.0.4; charset=utf-8',
  write: (readings: Readings) => familiesOf(readings).map(prometheusFamily).join(''),
});

/** https://prometheus.io/docs/specs/om/open_metrics_spec/ */
export const openMetricsText: Format = Object.freeze({
  contentType: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  write: (readings: Readings) => `${familiesOf(readings).map(openMetricsFamily).join('')}# EOF\n`,
});

type Family = readonly [metric: Metric, samples: readonly Sample[]];

function familiesOf(readings: Readings): Family[] {
  const names = Object.keys(catalogue) as MetricName[];
  return names.flatMap((name) => {
    const samples = readings[name] ?? [];
    return samples.length === 0 ? [] : [[catalogue[name], samples] as const];
  });
}

function prometheusFamily([metric, samples]: Family): string {
  const { name, type, help } = metric;
  const head = `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type === 'info' ? 'gauge' : type}\n`;
  return head + linesOf(metric, samples);
}

/** The family is named without the ending that its samples have. */
function openMetricsFamily([metric, samples]: Family): string {
  const { name, type, help } = metric;
  const family = name.replace(/_(total|info)$/, '');
  const unit = /_(seconds|bytes)$/.exec(family)?.[1];
  const unitLine = unit === undefined ? '' : `# UNIT ${family} ${unit}\n`;
  return `# TYPE ${family} ${type}\n${unitLine}# HELP ${family} ${escapeValue(help)}\n${linesOf(metric, samples)}`;
}

function linesOf({ name, labels }: Metric, samples: readonly Sample[]): string {
  return samples
    .map(({ labels: values, value }) => {
      const pairs = labels.map((label, index) => `${label}="${escapeValue(values[index] ?? '')}"`);
      return value instanceof DurationHistogram ? histogramLines(name, pairs, value) : line(name, pairs, value);
    })
    .join('');
}

function histogramLines(name: string, pairs: readonly string[], histogram: DurationHistogram): string {
  const { cumulative, sumSeconds } = histogram;
  const buckets = cumulative.map((count, index) => {
    const bound = bucketBoundsSeconds[index] ?? '+Inf';
    return line(`${name}_bucket`, [...pairs, `le="${bound}"`], count);
  });
  const total = cumulative.at(-1) ?? 0;
  return buckets.join('') + line(`${name}_sum`, pairs, sumSeconds) + line(`${name}_count`, pairs, total);
}

function line(name: string, pairs: readonly string[], value: number): string {
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}\n`;
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapeValue(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}
