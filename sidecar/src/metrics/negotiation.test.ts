import { expect, it } from 'vitest';
import { openMetricsText, prometheusText } from './exposition.ts';
import { formatFor } from './negotiation.ts';

const prometheus3 =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1';

it.each([
  [undefined, prometheusText],
  ['', prometheusText],
  ['*/*', prometheusText],
  ['text/plain', prometheusText],
  ['application/openmetrics-text', openMetricsText],
  ['Application/OpenMetrics-Text; version=1.0.0; Q=0.9', openMetricsText],
  ['application/openmetrics-text;q=0', prometheusText],
  ['application/openmetrics-text;q=nonsense', prometheusText],
  ['application/openmetrics-text;q=0.2, text/plain;q=0.8', prometheusText],
  [prometheus3, openMetricsText],
])('%s is answered in the format that it prefers', (accept, format) => {
  expect(formatFor(accept)).toBe(format);
});
