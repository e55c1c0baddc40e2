import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { TestLog } from './test-log.ts';
import { startWitness } from './test-witness.ts';
import { eventually, policyOf, startTime, three, watch, within } from './test-witnesses.ts';

describe('submissions', () => {
  test('are one at a time for each witness, and then the newest', async () => {
    const log = new TestLog().grow(1);
    const server = await startWitness(log);
    const gate = Promise.withResolvers<void>();
    server.misbehave = (submission, response) => {
      void gate.promise.then(() => response.end(server.respond(submission).body));
      return 'done';
    };
    const { witnesses, submit } = watch(log, policyOf(1, [server]));
    for (let i = 0; i < 50; i += 1) {
      submit();
      log.grow(1);
    }
    await eventually(() => expect(server.submissions).toHaveLength(1));
    await delay(50);
    expect(server.submissions).toHaveLength(1);
    gate.resolve();
    await witnesses.whenWitnessed(50, within(20_000));
    expect(server.asked).toEqual([
      [0, 1],
      [1, 50],
    ]);
  });

  test('keep their distance, and leave out what is not larger', async () => {
    const log = new TestLog().grow(1);
    const server = await startWitness(log);
    const { witnesses, submit } = watch(log, policyOf(1, [server]), { spacingMs: 150 });
    const startedMs = performance.now();
    for (let i = 0; i < 4; i += 1) {
      submit();
      submit();
      submit(log.fork(0));
      await witnesses.whenWitnessed(log.size, within(20_000));
      log.grow(1);
    }
    expect(performance.now() - startedMs).toBeGreaterThan(440);
    expect(server.asked.map(([, size]) => size)).toEqual([1, 2, 3, 4]);
  });

  test('are repeated after failures, with longer and longer pauses', async () => {
    const log = new TestLog().grow(1);
    const server = await startWitness(log);
    const times: number[] = [];
    server.misbehave = () => {
      times.push(performance.now());
      return times.length < 5 ? { status: 500, body: '' } : undefined;
    };
    const backOff = { firstMs: 40, longestMs: 1_000 };
    const { witnesses, submit } = watch(log, policyOf(1, [server]), { backOff });
    submit();
    await eventually(() => expect(witnesses.status().witnesses[0]?.failure?.message).toBe('HTTP status 500'));
    await witnesses.whenWitnessed(1, within(20_000));
    const pauses = times.slice(1).map((time, i) => time - (times[i] ?? 0));
    for (const [i, pause] of pauses.entries()) expect(pause).toBeGreaterThan(19 * 2 ** i);
    expect(witnesses.status().witnesses).toEqual([{ name: 'w0', size: 1, lastSuccessAt: startTime }]);
  });

  test('begin with short pauses again after a success', async () => {
    const log = new TestLog().grow(1);
    const server = await startWitness(log);
    const times: number[] = [];
    server.misbehave = ({ head }) => {
      times.push(performance.now());
      return times.length < 6 || (head.size === 2 && times.length < 8) ? { status: 500, body: '' } : undefined;
    };
    const { witnesses, submit } = watch(log, policyOf(1, [server]), { backOff: { firstMs: 40, longestMs: 5_000 } });
    submit();
    await witnesses.whenWitnessed(1, within(20_000));
    log.grow(1);
    submit();
    await witnesses.whenWitnessed(2, within(20_000));
    // Six failures in a row would give a pause of 640 ms at least.
    expect((times[7] ?? 0) - (times[6] ?? 0)).toBeLessThan(600);
  });

  test('rest long after a refusal', async () => {
    const log = new TestLog().grow(1);
    const server = await startWitness(log);
    server.logs.clear();
    const { submit } = watch(log, policyOf(1, [server]), { backOff: { firstMs: 1, longestMs: 1_000 } });
    submit();
    await eventually(() => expect(server.statuses).toEqual([404]));
    log.grow(1);
    submit();
    await delay(200);
    expect(server.statuses).toEqual([404]);
    await eventually(() => expect(server.statuses).toEqual([404, 404]));
  });

  test('respect the patience that a witness asks for', async () => {
    const log = new TestLog().grow(1);
    const server = await startWitness(log);
    server.misbehave = () =>
      server.submissions.length === 1 ? { status: 429, body: '', headers: { 'retry-after': '1' } } : undefined;
    const { witnesses, submit } = watch(log, policyOf(1, [server]), { backOff: { firstMs: 1, longestMs: 5_000 } });
    const startedMs = performance.now();
    submit();
    await witnesses.whenWitnessed(1, within(20_000));
    expect(performance.now() - startedMs).toBeGreaterThan(990);
  });
});

test('a submission costs its caller little', async () => {
  const { log, servers } = await three();
  const { witnesses } = watch(log, policyOf(2, servers));
  const notes = Array.from({ length: 200 }, () => log.grow(1).checkpoint());
  const costsUs = notes.map((note, i) => {
    const startedMs = performance.now();
    witnesses.submit(note, 4 + i);
    return (performance.now() - startedMs) * 1_000;
  });
  const [firstUs = 0] = costsUs;
  const medianUs = costsUs.sort((a, b) => a - b)[costsUs.length / 2] ?? 0;
  const waitingMs = performance.now();
  await witnesses.whenWitnessed(log.size, within(10_000));
  const quorumMs = performance.now() - waitingMs;
  console.log(
    `submit: ${medianUs.toFixed(1)} us, the first ${firstUs.toFixed(0)} us; quorum of 2 of 3 after ${quorumMs.toFixed(0)} ms`,
  );
  expect(medianUs).toBeLessThan(1_000);
});
