import { describe, expect, it } from 'vitest';
import { Counts } from './counts.ts';
import { openMetricsText, prometheusText, type Readings } from './exposition.ts';
import { RequestCounts } from './request-counts.ts';
import { single } from './sample.ts';
import { ParsedMetrics } from './test-parsed-metrics.ts';

const requests = new RequestCounts();
requests.answered('subtle.sign', 'ok', 0.07);
requests.answered('subtle.sign', 'ok', 7);
requests.answered('subtle.sign', 'permission_denied', 0.2);
requests.answered('keys.get', 'not_found', 1);

const refused = new Counts();
refused.add('websocket', 'origin');
refused.add('websocket', 'origin');
refused.add('unix', 'limit');

const odd = 'a "quoted" \\ value\nof two lines';
const readings: Readings = {
  build: [{ labels: [odd, '26', '3.5'], value: 1 }],
  requests: requests.answers(),
  requestDuration: requests.durations(),
  connectionsRefused: refused.samples(),
  auditRecords: single(12),
  auditCheckpointLag: single(0.25),
};

describe('the text format of Prometheus', () => {
  const text = prometheusText.write(readings);
  const parsed = new ParsedMetrics(text);

  it('is read by a second implementation as it was meant', () => {
    expect(parsed.value('ferrohsm_requests_total', { method: 'subtle.sign', code: 'ok' })).toBe(2);
    expect(parsed.value('ferrohsm_requests_total', { method: 'subtle.sign', code: 'permission_denied' })).toBe(1);
    expect(parsed.value('ferrohsm_connections_refused_total', { transport: 'websocket', reason: 'origin' })).toBe(2);
    expect(parsed.value('ferrohsm_audit_records_total')).toBe(12);
    expect(parsed.value('ferrohsm_audit_checkpoint_lag_seconds')).toBe(0.25);
    const name = 'ferrohsm_request_duration_seconds';
    const buckets = ['0.00005', '0.0001', '0.0064', '0.0128', '+Inf'];
    const counts = buckets.map((le) => parsed.value(`${name}_bucket`, { method: 'subtle.sign', le }));
    expect(counts).toEqual([0, 1, 2, 3, 3]);
    expect(parsed.value(`${name}_count`, { method: 'subtle.sign' })).toBe(3);
    expect(parsed.value(`${name}_count`, { method: 'keys.get' })).toBe(1);
    expect(parsed.value(`${name}_sum`, { method: 'subtle.sign' })).toBeCloseTo(0.00727, 6);
  });

  it('escapes what labels hold', () => {
    expect(text).toContain('version="a \\"quoted\\" \\\\ value\\nof two lines"');
    expect(parsed.labels('ferrohsm_build_info')).toEqual([expect.objectContaining({ node: '26', openssl: '3.5' })]);
  });

  it('leaves out what is not known', () => {
    expect(text).not.toContain('ferrohsm_witness_quorum');
    expect(text.match(/^# HELP /gm)).toHaveLength(Object.keys(readings).length);
  });
});

describe('OpenMetrics', () => {
  const text = openMetricsText.write(readings);

  it('names families without the ending of their samples, with their unit, and has an end', () => {
    expect(text).toMatch(/^# TYPE ferrohsm_requests counter$/m);
    expect(text).toMatch(/^# TYPE ferrohsm_build info$/m);
    expect(text).toMatch(/^# UNIT ferrohsm_request_duration_seconds seconds$/m);
    expect(text.endsWith('\n# EOF\n')).toBe(true);
  });

  it('has the same samples', () => {
    const samplesOf = (exposition: string) => exposition.split('\n').filter((line) => !line.startsWith('#'));
    expect(samplesOf(text)).toEqual(samplesOf(prometheusText.write(readings)));
  });
});
