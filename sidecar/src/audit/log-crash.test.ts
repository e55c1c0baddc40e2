import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyLog } from '../../../sdk/src/transparency/transparency.ts';
import { bundleAppender } from '../../../test/faults/bundled-appender.ts';
import { runSize } from '../../../test/faults/run-size.ts';
import { hasGo, verifyLogWithGo } from '../../../test/go/verify-with-go.ts';
import { openLog, sourceOf, temporaryFolder } from './test-log.ts';

const kills = runSize('FERROHSM_CRASH_KILLS', 60);
/** Logs that die side by side, each on its own. */
const logCount = 2;
const recordsMax = 200;
/** The Go program looks after every so many kills, and at the end. */
const goEvery = 10;
const timeoutMs = 60_000 + kills * 4000;

const bundle = temporaryFolder();
let appender: string;
beforeAll(async () => {
  // Its files are modules.
  writeFileSync(join(bundle.path, 'package.json'), '{"type":"module"}');
  appender = await bundleAppender(bundle.path);
});
afterAll(() => bundle[Symbol.dispose]());

/** Kills the child once it acknowledged that many records; answers all that it acknowledged. */
async function runAndKill(log: string, firstNumber: number, records: number): Promise<[number, number][]> {
  const args = ['--disable-warning=ExperimentalWarning', appender, log, String(firstNumber)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
    if (output.split('\n').length > records) child.kill('SIGKILL');
  });
  const [, signal] = await once(child, 'close');
  expect(signal).toBe('SIGKILL');
  const whole = output.slice(0, output.lastIndexOf('\n') + 1);
  return [...whole.matchAll(/(\d+) (\d+)\n/g)].map(([, index, number]) => [Number(index), Number(number)]);
}

/** One log over many kills; answers how many records it acknowledged. */
async function killOften(count: number): Promise<number> {
  using folder = temporaryFolder();
  const path = join(folder.path, 'log');
  const kept = join(folder.path, 'kept-checkpoint');
  const { verifierKeys: keys } = await openedAndClosed(path, kept);
  const acknowledged = new Map<number, number>();
  for (let kill = 1; kill <= count; kill += 1) {
    // From killed almost at once to killed after some checkpoints and segments.
    const records = 1 + ((kill * 397) % recordsMax);
    for (const [index, number] of await runAndKill(path, kill * 1_000_000, records)) {
      expect(acknowledged.has(index), `index ${index} was given twice`).toBe(false);
      acknowledged.set(index, number);
    }
    if (hasGo && kill % goEvery === 0) expect(await verifyLogWithGo(path, keys, kept)).toMatchObject({ ok: true });
  }
  const log = await openLog(path);
  const records = await log.records(0, log.size);
  for (const [index, number] of acknowledged) expect(records[index]?.record.details?.number).toBe(number);
  expect(await verifyLog(sourceOf(path), { keys })).toMatchObject({ ok: true, problems: [] });
  if (hasGo) expect(await verifyLogWithGo(path, keys, kept)).toMatchObject({ ok: true });
  await log.close();
  return acknowledged.size;
}

async function openedAndClosed(path: string, kept: string): Promise<Awaited<ReturnType<typeof openLog>>> {
  const log = await openLog(path);
  writeFileSync(kept, await log.checkpoint());
  await log.close();
  return log;
}

test(
  `no acknowledged record is lost over ${kills} kills`,
  async () => {
    const counts = await Promise.all(Array.from({ length: logCount }, () => killOften(Math.ceil(kills / logCount))));
    const acknowledged = counts.reduce((sum, count) => sum + count, 0);
    console.log(`crash of the log: ${kills} kills, ${acknowledged} records acknowledged, 0 lost`);
    expect(acknowledged).toBeGreaterThan(kills);
  },
  timeoutMs,
);
