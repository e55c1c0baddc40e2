import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connect, type FerroHsm } from '@ferrohsm/sdk/node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFolders, discardFolders } from '../../tools/throw-away-sidecar.ts';
import { percentile } from '../bench/statistics.ts';
import { filesBelow, verifyFolder } from '../end-to-end/live-sidecar.ts';
import { recordsFrom } from './log-reader.ts';
import { ServedSidecar } from './sidecar-process.ts';

const refusals = 100_000;
const growthBytesMax = 1_000_000;
/** An honest call waits for its turn, not for the flood. On a machine that this test keeps busy. */
const honestMsMax = 500;
const honestEveryMs = 25;

const folders = createFolders();
let sidecar: ServedSidecar;
beforeAll(async () => {
  sidecar = new ServedSidecar({ folders });
  await sidecar.listening;
});
afterAll(async () => {
  await sidecar.kill();
  discardFolders(folders);
});

/** Calls at a steady pace until that has ended; latencies in milliseconds. */
async function honestCalls(hsm: FerroHsm, end: Promise<unknown>): Promise<number[]> {
  const latenciesMs: number[] = [];
  let isOver = false;
  void end.then(() => {
    isOver = true;
  });
  while (!isOver) {
    const startedMs = performance.now();
    await hsm.system.random(8);
    latenciesMs.push(performance.now() - startedMs);
    await pause(honestEveryMs);
  }
  return latenciesMs;
}

/** Bytes that the log keeps: without the journal, which is of one size, and narrower forms of growing tiles. */
function logBytes(): number {
  const widest = new Map<string, number>();
  for (const file of filesBelow(folders.log)) {
    if (file.startsWith(join(folders.log, 'journal'))) continue;
    const folder = dirname(file);
    const place = folder.endsWith('.p') ? folder : file;
    widest.set(place, Math.max(widest.get(place) ?? 0, statSync(file).size));
  }
  return [...widest.values()].reduce((sum, size) => sum + size, 0);
}

/** Runs the strangers in a process of their own; answers how often they asked. */
async function flood(): Promise<number> {
  const program = join(import.meta.dirname, 'flood.ts');
  const child = spawn(process.execPath, [program, folders.socket, String(refusals)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await once(child, 'close');
  return Number(output);
}

test('a hundred thousand strangers neither fill the log nor delay who is in', async () => {
  await using hsm = await connect({ socket: folders.socket });
  const quietMs = await honestCalls(hsm, pause(2000));
  const { size: start } = await hsm.audit.checkpoint();
  const bytesBefore = logBytes();
  const startedMs = performance.now();
  const flooding = flood();
  const floodedMs = await honestCalls(hsm, flooding);
  const seconds = (performance.now() - startedMs) / 1000;
  const asked = await flooding;
  expect(await sidecarStopped(hsm)).toBe(0);

  const records = recordsFrom(folders.log, start);
  const honestBytes = records
    .filter(({ operation }) => operation === 'system.random')
    .reduce((sum, record) => sum + JSON.stringify(record).length, 0);
  const growth = logBytes() - bytesBefore - honestBytes;
  const refused = records.filter(({ operation }) => operation === 'session.refused');
  const counted = refused.reduce((sum, { details }) => sum + Number(details?.count), 0);
  const p99 = (latenciesMs: number[]) => percentile(latenciesMs, 99);
  console.log(
    `denial flood: ${asked} refusals in ${seconds.toFixed(1)} s, ${counted} counted in ${refused.length} records, log +${growth} bytes; honest p99 ${p99(quietMs).toFixed(1)} ms before, ${p99(floodedMs).toFixed(1)} ms meanwhile (${floodedMs.length} calls)`,
  );
  expect(asked).toBeGreaterThanOrEqual(refusals);
  expect(counted).toBe(asked);
  expect(growth).toBeLessThan(growthBytesMax);
  expect(p99(floodedMs)).toBeLessThan(honestMsMax);
}, 300_000);

/** Stops it, after which everything is under a checkpoint that verifies. */
async function sidecarStopped(hsm: FerroHsm): Promise<number | null> {
  const { keys } = hsm.hello.log;
  await hsm.close();
  const status = await sidecar.stop();
  expect(await verifyFolder(folders.log, keys)).toMatchObject({ ok: true, problems: [] });
  return status;
}
