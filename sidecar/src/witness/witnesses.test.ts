import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { parseCheckpoint } from '../../../sdk/src/transparency/checkpoint.ts';
import { checkSignatures } from '../../../sdk/src/transparency/signatures.ts';
import { parseVerifierKey } from '../../../sdk/src/transparency/verifier-key.ts';
import { parseLogPolicy } from './log-policy.ts';
import { noteKey } from './test-keys.ts';
import { TestLog } from './test-log.ts';
import { startWitness } from './test-witness.ts';
import { eventually, policyOf, startTime, three, watch, within } from './test-witnesses.ts';

describe('a quorum', () => {
  test('of all gives one checkpoint with lines that the SDK verifies', async () => {
    const { log, servers } = await three();
    const { witnesses, submit, cosigned, alarms } = watch(log, policyOf(3, servers));
    expect(witnesses.status()).toMatchObject({ quorum: false, cosignedSize: 0 });
    submit();
    await witnesses.whenWitnessed(3, within(20_000));
    expect(cosigned.map(({ size }) => size)).toEqual([3]);
    const checkpoint = parseCheckpoint(Buffer.from(log.checkpoint() + (cosigned[0]?.lines.join('') ?? '')));
    const keys = servers.flatMap((server) => server.keys.map(({ vkey }) => parseVerifierKey(vkey)));
    const reports = checkpoint && (await checkSignatures(checkpoint, await Promise.all(keys)));
    const valid = reports?.filter((report) => report.valid === true).map(({ name }) => name);
    expect(valid?.sort()).toEqual(['a.example', 'b.example', 'c.example']);
    expect(alarms).toEqual([]);
    expect(witnesses.status()).toEqual({
      quorum: true,
      cosignedSize: 3,
      witnesses: [0, 1, 2].map((i) => ({ name: `w${i}`, size: 3, lastSuccessAt: startTime })),
    });
  });

  test('of 2 of 3 is reached with one that is dead and with one that never answers, without waiting for it', async () => {
    const { log, servers } = await three();
    servers[2].misbehave = () => 'never';
    const dead = { url: 'http://127.0.0.1:9', keys: [noteKey('dead.example', 4)] };
    for (const third of [dead, servers[2]]) {
      const policy = policyOf(2, [servers[0], servers[1], third]);
      const { witnesses, submit, cosigned, alarms } = watch(log, policy, { timeoutMs: 60_000 });
      const startedMs = performance.now();
      for (let i = 0; i < 5; i += 1) {
        log.grow(1);
        submit();
        await witnesses.whenWitnessed(log.size, within(20_000));
      }
      expect(performance.now() - startedMs).toBeLessThan(20_000);
      expect(cosigned).toHaveLength(5);
      expect(cosigned.every(({ lines }) => lines.length === 2)).toBe(true);
      expect(alarms).toEqual([]);
      await witnesses.close();
    }
    expect(servers[2].submissions).toHaveLength(1);
  });

  test('is told of once, whoever cosigns after it', async () => {
    const { log, servers } = await three();
    const { witnesses, submit, cosigned } = watch(log, policyOf(2, servers));
    submit();
    await eventually(() => expect(witnesses.status().witnesses.map(({ size }) => size)).toEqual([3, 3, 3]));
    expect(cosigned).toMatchObject([{ size: 3, lines: { length: 2 } }]);
  });

  test('does not count a late cosignature of an earlier checkpoint', async () => {
    const { log, servers } = await three();
    const [, second, late] = servers;
    const gate = Promise.withResolvers<void>();
    late.misbehave = (submission, response) => {
      if (submission.head.size !== 3) return { status: 503, body: '' };
      void gate.promise.then(() => response.end(late.respond(submission).body));
      return 'done';
    };
    const { witnesses, submit, cosigned } = watch(log, policyOf(2, servers));
    submit();
    await witnesses.whenWitnessed(3, within(20_000));
    second.misbehave = () => ({ status: 503, body: '' });
    log.grow(1);
    submit();
    await eventually(() => expect(witnesses.status().witnesses[0]?.size).toBe(4));
    gate.resolve();
    await eventually(() => expect(late.asked).toContainEqual([3, 4]));
    expect(cosigned.map(({ size }) => size)).toEqual([3]);
    expect(witnesses.status().cosignedSize).toBe(3);
  });

  test('of several keys at one place takes one submission', async () => {
    const log = new TestLog().grow(3);
    const server = await startWitness(log, [noteKey('w.example', 4), noteKey('w.example', 6)]);
    const { witnesses, submit, cosigned } = watch(log, policyOf(2, [server]));
    submit();
    await witnesses.whenWitnessed(3, within(20_000));
    expect(server.asked).toEqual([[0, 3]]);
    expect(cosigned[0]?.lines).toHaveLength(2);
  });

  test('that needs both keys is not reached by one; the missing one is asked for again', async () => {
    const log = new TestLog().grow(3);
    const server = await startWitness(log, [noteKey('w.example', 4), noteKey('w.example', 6)]);
    const { witnesses, submit } = watch(log, policyOf(2, [server]));
    server.misbehave = (submission) => {
      const answer = server.respond(submission);
      return { ...answer, body: answer.body.slice(0, answer.body.indexOf('\n') + 1) };
    };
    submit();
    await eventually(() => expect(server.submissions.length).toBeGreaterThan(2));
    expect(witnesses.status()).toMatchObject({
      quorum: false,
      witnesses: [
        { name: 'w0', size: 3 },
        { name: 'w1', size: 0, failure: { kind: 'false_cosignature' } },
      ],
    });
    server.misbehave = () => undefined;
    await witnesses.whenWitnessed(3, within(20_000));
    expect(witnesses.status().witnesses[1]).toEqual({ name: 'w1', size: 3, lastSuccessAt: startTime });
  });

  test('is of one checkpoint, also when the witnesses are of different speed and the log does not rest', async () => {
    const { log, servers } = await three();
    for (const [i, server] of servers.entries()) {
      server.misbehave = (submission, response) => {
        setTimeout(
          () => {
            const { status, body, headers } = server.respond(submission);
            response.writeHead(status, headers).end(body);
          },
          5 + i * 40,
        );
        return 'done';
      };
    }
    const { witnesses, submit, cosigned } = watch(log, policyOf(3, servers));
    const timer = setInterval(() => {
      log.grow(1);
      submit();
    }, 10);
    await delay(1_500);
    clearInterval(timer);
    await witnesses.whenWitnessed(log.size, within(20_000));
    expect(cosigned.length).toBeGreaterThan(5);
    expect(cosigned.every(({ lines }) => lines.length === 3)).toBe(true);
    const sizes = cosigned.map(({ size }) => size);
    expect(sizes).toEqual([...new Set(sizes)].sort((a, b) => a - b));
  });

  test('that nobody belongs to is reached at once', async () => {
    const log = new TestLog().grow(3);
    const { witnesses, submit, cosigned } = watch(log, parseLogPolicy('quorum none\n'), { spacingMs: 60_000 });
    submit();
    log.grow(1);
    submit();
    expect(cosigned).toEqual([
      { lines: [], size: 3 },
      { lines: [], size: 4 },
    ]);
    expect(witnesses.status()).toEqual({ quorum: true, cosignedSize: 4, witnesses: [] });
  });
});

describe('whoever waits', () => {
  test('for a size is let go by its own signal, by any larger checkpoint, and by the close', async () => {
    const log = new TestLog().grow(2);
    const server = await startWitness(log);
    server.misbehave = () => 'never';
    const { witnesses, submit } = watch(log, policyOf(1, [server]), { timeoutMs: 300 });
    submit();
    await expect(witnesses.whenWitnessed(2, within(20))).rejects.toMatchObject({ name: 'TimeoutError' });
    await expect(witnesses.whenWitnessed(2, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
    const two = witnesses.whenWitnessed(2, within(20_000));
    server.misbehave = () => undefined;
    log.grow(3);
    submit();
    await two;
    const six = witnesses.whenWitnessed(6, within(20_000));
    const refused = expect(six).rejects.toMatchObject({ code: 'audit_unavailable' });
    await witnesses.close();
    await refused;
    await expect(witnesses.whenWitnessed(1, within(20_000))).rejects.toMatchObject({ code: 'audit_unavailable' });
  });

  test('with the close for a hung witness does not wait for its answer', async () => {
    const log = new TestLog().grow(2);
    const server = await startWitness(log);
    server.misbehave = () => 'never';
    const { witnesses, submit, cosigned, alarms } = watch(log, policyOf(1, [server]), { timeoutMs: 60_000 });
    submit();
    await eventually(() => expect(server.submissions).toHaveLength(1));
    const startedMs = performance.now();
    await witnesses.close();
    expect(performance.now() - startedMs).toBeLessThan(1_000);
    log.grow(1);
    submit();
    await delay(50);
    expect(server.submissions).toHaveLength(1);
    expect([cosigned, alarms]).toEqual([[], []]);
  });
});
