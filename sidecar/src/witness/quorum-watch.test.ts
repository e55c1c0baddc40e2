import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { TestLog } from './test-log.ts';
import { startWitness } from './test-witness.ts';
import { eventually, policyOf, three, watch, within } from './test-witnesses.ts';

describe('alarms', () => {
  test('tell once that the quorum is missing, and once that it is back', async () => {
    const { log, servers } = await three();
    const { witnesses, submit, alarms, recovered } = watch(log, policyOf(2, servers), { graceMs: 500 });
    submit();
    await witnesses.whenWitnessed(3, within(20_000));
    // Nothing waits: no time counts.
    await delay(700);
    expect(alarms).toEqual([]);
    for (const server of servers.slice(1)) server.misbehave = () => ({ status: 503, body: '' });
    for (let i = 0; i < 4; i += 1) {
      log.grow(1);
      submit();
      await delay(200);
    }
    expect(alarms).toEqual([{ kind: 'quorum_missing' }]);
    expect(witnesses.status()).toMatchObject({ quorum: false, cosignedSize: 3 });
    expect(recovered).toEqual([]);
    servers[1].misbehave = () => undefined;
    await witnesses.whenWitnessed(log.size, within(20_000));
    expect(recovered).toEqual([{ kind: 'quorum_missing' }]);
    expect(witnesses.status().quorum).toBe(true);
    await delay(700);
    expect(alarms).toHaveLength(1);
  });

  test('count the time of a checkpoint that came while an earlier one got its quorum', async () => {
    const log = new TestLog().grow(3);
    const server = await startWitness(log);
    const gate = Promise.withResolvers<void>();
    server.misbehave = (submission, response) => {
      if (submission.head.size !== 3) return { status: 503, body: '' };
      void gate.promise.then(() => response.end(server.respond(submission).body));
      return 'done';
    };
    const { witnesses, submit, alarms } = watch(log, policyOf(1, [server]), { graceMs: 1_000 });
    submit();
    log.grow(1);
    submit();
    gate.resolve();
    await witnesses.whenWitnessed(3, within(20_000));
    expect(alarms).toEqual([]);
    await eventually(() => expect(alarms).toEqual([{ kind: 'quorum_missing' }]));
  });

  test('name the witness that saw another history; the same checkpoint is not sent to it again', async () => {
    const { log, servers } = await three();
    const { witnesses, submit } = watch(log, policyOf(3, servers));
    submit();
    await witnesses.whenWitnessed(3, within(20_000));
    await witnesses.close();
    const forged = new TestLog(log.keys).grow(6, 'forged');
    const second = watch(forged, policyOf(3, servers));
    second.submit();
    await eventually(() => expect(second.alarms).toHaveLength(3));
    const told = second.alarms.map((alarm) =>
      alarm.kind === 'refused' ? `${alarm.witness} ${alarm.failure.kind}` : '',
    );
    expect(told.sort()).toEqual(['w0 inconsistent', 'w1 inconsistent', 'w2 inconsistent']);
    const before = servers[0].submissions.length;
    await delay(350);
    expect(servers[0].submissions).toHaveLength(before);
    expect(second.cosigned).toEqual([]);
    expect(second.witnesses.status().witnesses[0]).toMatchObject({ size: 0, failure: { kind: 'inconsistent' } });
  });

  test('name the witness that knows a larger log, until this one has grown past it', async () => {
    const log = new TestLog().grow(9);
    const server = await startWitness(log);
    const first = watch(log, policyOf(1, [server]));
    first.submit();
    await first.witnesses.whenWitnessed(9, within(20_000));
    await first.witnesses.close();
    const cut = log.fork(6);
    const second = watch(cut, policyOf(1, [server]));
    second.submit();
    await eventually(() => expect(second.alarms).toMatchObject([{ kind: 'refused', failure: { kind: 'ahead' } }]));
    await delay(350);
    expect(server.statuses).toEqual([200, 409]);
    cut.grow(4, 'other');
    second.submit();
    await eventually(() => expect(second.alarms).toHaveLength(2));
    expect(second.alarms[1]).toMatchObject({ failure: { kind: 'inconsistent' } });
    expect(second.recovered).toEqual([]);
  });

  test('end when a witness that did not know the log has been set up', async () => {
    const log = new TestLog().grow(2);
    const server = await startWitness(log);
    const logs = [...server.logs];
    server.logs.clear();
    const { witnesses, submit, alarms, recovered } = watch(log, policyOf(1, [server]));
    submit();
    await eventually(() => expect(server.statuses.length).toBeGreaterThan(2));
    expect(alarms).toMatchObject([{ kind: 'refused', witness: 'w0', failure: { kind: 'log_unknown' } }]);
    for (const [name, vkey] of logs) server.logs.set(name, vkey);
    await witnesses.whenWitnessed(2, within(20_000));
    expect(recovered).toEqual(alarms);
  });
});
