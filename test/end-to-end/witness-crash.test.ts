import { hash } from 'node:crypto';
import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { headOf } from '../../sidecar/src/audit/test-log.ts';
import { WitnessProcess } from './witness-process.ts';
import { entriesOf, growth, type TestLog, testLogs, vkeysOf } from './witness-tree.ts';

const rounds = 40;
/** Most submissions of one round. */
const submissionsMax = 8;
const [log] = testLogs(1) as [TestLog];
const originHash = hash('sha256', log.origin);

const witness = new WitnessProcess(vkeysOf(log));
const folder = join(witness.state, originHash);
beforeAll(() => witness.start());
afterAll(() => witness.discard());

/** Kills at the moment when a checkpoint gets its name, which is before its answer; or after some time. */
async function killDuring(round: number, work: Promise<unknown>): Promise<void> {
  if (round % 2 === 0) {
    const renamed = Promise.withResolvers<void>();
    let left = 1 + (round % submissionsMax);
    const watcher = watch(folder, (_, name) => {
      if (name === 'checkpoint' && --left === 0) renamed.resolve();
    });
    await Promise.race([renamed.promise, work]);
    watcher.close();
  } else {
    await pass((round * 7) % 40);
  }
  await witness.kill();
  await work;
}

test('no answer is forgotten, whenever the power goes, and no other history is cosigned after it', async () => {
  expect((await witness.submit(growth(log, 0, entriesOf(1)))).status).toBe(200);
  let size = 1;
  let answers = 1;
  let unanswered = 0;
  for (let round = 0; round < rounds; round += 1) {
    const start = size;
    let known = start;
    const bodies = Array.from({ length: submissionsMax }, (_, i) => growth(log, start + i, entriesOf(start + i + 1)));
    const submitAll = async () => {
      for (const [index, body] of bodies.entries()) {
        const answer = await witness.submit(body).catch(() => undefined);
        if (answer === undefined) return;
        expect(answer.status).toBe(200);
        known = start + index + 1;
      }
    };
    await killDuring(round, submitAll());
    await witness.start();

    size = headOf((await witness.checkpoint(originHash)).text).size;
    expect([known, known + 1]).toContain(size);
    answers += known - start;
    unanswered += size - known;
    const fork = entriesOf(size + 3, `fork of round ${round}`);
    expect((await witness.submit(growth(log, size, fork))).status).toBe(422);
    expect((await witness.submit(growth(log, 0, fork))).status).toBe(409);
  }
  expect(existsSync(join(folder, 'fork'))).toBe(false);
  expect(unanswered).toBeGreaterThan(0);
  console.log(`${rounds} kills: ${answers} answers, 0 forgotten; ${unanswered} kept and never answered`);
}, 180_000);
