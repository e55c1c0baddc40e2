import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LiveSidecar } from '../end-to-end/live-sidecar.ts';
import { metrics } from './probes.ts';
import { attributesOf, TraceCollector } from './trace-collector.ts';

const words: string[] = [];
let sidecar: LiveSidecar;
let collector: TraceCollector;
let place: string;
beforeEach(async () => {
  words.length = 0;
  collector = await TraceCollector.start();
  sidecar = new LiveSidecar(words);
  place = join(sidecar.folders.root, 'metrics.sock');
  words.push('--traces', collector.url, '--metrics-socket', place);
});
afterEach(async () => {
  await sidecar.discard();
  collector.close();
});

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const callerSpan = '00f067aa0ba902b7';

test('a request is a span, and each of its stages is one below it', async () => {
  await sidecar.start();
  const before = BigInt(Date.now()) * 1_000_000n;
  const hsm = await sidecar.connect();
  const { privateKey } = (await hsm.keys.create({
    name: 'payments/secret-name',
    algorithm: 'Ed25519',
    usages: ['sign', 'verify'],
  })) as CryptoKeyPair;
  await hsm.subtle.sign('Ed25519', privateKey, Buffer.from('a planted secret'));
  await hsm.close();
  await sidecar.stop();

  const [span] = collector.named('subtle.sign');
  if (span === undefined) throw new Error('no span of the signature');
  expect(span).toMatchObject({ kind: 2, traceId: expect.stringMatching(/^[0-9a-f]{32}$/) });
  expect(span.parentSpanId).toBeUndefined();
  expect(attributesOf(span)).toMatchObject({
    'rpc.method': 'subtle.sign',
    'network.transport': 'unix',
    'ferrohsm.transport': 'unix',
  });
  const stages = collector.below(span);
  expect(stages.map(({ name }) => name)).toEqual([
    'authenticate',
    'authorize',
    'approve',
    'intend',
    'execute',
    'record',
  ]);
  for (const stage of stages) {
    expect(stage).toMatchObject({ kind: 1, traceId: span.traceId });
    expect(BigInt(stage.startTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(span.startTimeUnixNano));
    expect(BigInt(stage.endTimeUnixNano)).toBeLessThanOrEqual(BigInt(span.endTimeUnixNano));
  }
  // Of the clock of the machine, which this process reads as well.
  expect(BigInt(span.startTimeUnixNano)).toBeGreaterThan(before - 1_000_000_000n);
  expect(BigInt(span.endTimeUnixNano)).toBeLessThan(BigInt(Date.now() + 1000) * 1_000_000n);
  expect(collector.requests[0]).toBe('POST /v1/traces application/json');
  expect(collector.bodies.join()).not.toMatch(/planted|secret-name/);
});

test('a caller that is traced has the spans in its own trace, one that is not has none', async () => {
  await sidecar.start();
  let flags = '01';
  const traceParent = () => `00-${traceId}-${callerSpan}-${flags}`;
  await using hsm = await sidecar.connect({ traceParent });
  await hsm.system.random(8);
  flags = '00';
  await hsm.session.whoami();
  await sidecar.stop();
  expect(collector.named('system.random')).toMatchObject([{ traceId, parentSpanId: callerSpan }]);
  expect(collector.named('session.whoami')).toEqual([]);
});

test('a refusal is told by its code, and is no failure of the sidecar', async () => {
  await sidecar.start();
  const hsm = await sidecar.connect();
  await expect(hsm.keys.get('nobody')).rejects.toMatchObject({ code: 'not_found' });
  await hsm.close();
  await sidecar.stop();
  const [span] = collector.named('keys.get');
  expect(span && attributesOf(span)).toMatchObject({ 'error.type': 'not_found' });
  expect(span?.status).toBeUndefined();
});

test('REST takes the header', async () => {
  const rest = join(sidecar.folders.root, 'rest.sock');
  words.push('--rest-socket', rest);
  await sidecar.start();
  const get = (traceparent: string) =>
    new Promise<string>((resolve, reject) => {
      const asked = request({ socketPath: rest, path: '/v1/status', headers: { host: 'a', traceparent } }, (response) =>
        text(response).then(resolve, reject),
      );
      asked.on('error', reject).end();
    });
  await get(`00-${traceId}-${callerSpan}-01`);
  await get('malformed');
  await sidecar.stop();
  const [first, second] = collector.named('system.status');
  expect(first).toMatchObject({ traceId, parentSpanId: callerSpan });
  // A trace begins anew.
  expect(second?.traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(second?.traceId).not.toBe(traceId);
});

test('of requests without a trace as many are traced as wanted', async () => {
  words.push('--traces-percent', '0');
  await sidecar.start();
  const hsm = await sidecar.connect();
  await hsm.system.random(8);
  await hsm.close();
  await sidecar.stop();
  expect(collector.requests).toEqual([]);
});

test('a collector that takes nothing costs spans, is told of once, and delays no stop', async () => {
  collector.status = 500;
  await sidecar.start();
  const hsm = await sidecar.connect();
  for (let round = 0; round < 3; round += 1) {
    await hsm.system.random(8);
    const sent = collector.requests.length;
    await expect.poll(() => collector.requests.length, { timeout: 20_000 }).toBeGreaterThan(sent);
  }
  await expect
    .poll(async () => (await metrics(place)).value('ferrohsm_trace_spans_dropped_total'))
    .toBeGreaterThanOrEqual(3);
  expect(sidecar.notices().match(/took no spans: it answered 500/g)).toHaveLength(1);
  collector.close();
  await hsm.close();
  expect(await sidecar.stop()).toBe(0);
});

test('a place that is not safe stops the start', async () => {
  words.splice(0, words.length, '--traces', 'http://collector.example:4318');
  await expect(sidecar.start()).rejects.toThrow(/traces go to an https URL, or http on this host/);
});
