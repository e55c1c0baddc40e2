import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LogReport, verifyReceipt } from '@ferrohsm/sdk/node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { command } from '../../tools/throw-away-sidecar.ts';
import { runSize } from '../faults/run-size.ts';
import { hasGo, verifyLogWithGo } from '../go/verify-with-go.ts';
import { buildLog, logKeys } from './built-log.ts';
import type { AppendRound, StartFigures } from './log-starter.ts';
import { type MeasuredRun, runMeasured } from './measured-process.ts';

const entries = runSize('FERROHSM_SCALE_ENTRIES', 10_000_000);
const verifiedEntries = Math.min(entries, 1_000_000);

const buildTimeoutMs = 3_600_000;
const openMsMax = 2000;
/** Reading the start of a log must not hold all of it. */
const residentGrowthMax = 64 << 20;
const appendCostMax = 1.1;
const appendRounds = 40;
const appendRoundMs = 300;
const entriesPerSecondMin = 100_000;
const verifyRounds = 3;
/** What the command does besides: its options, its bar, its report. */
const commandCostMax = 1.1;

const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-scale-'));
const bigLog = join(folder, 'big');
const verifiedLog = join(folder, 'verified');
const keyFile = join(folder, 'log.keys');

beforeAll(async () => {
  writeFileSync(keyFile, logKeys.join('\n'));
  await buildLog(verifiedLog, verifiedEntries);
  await buildLog(bigLog, entries);
}, buildTimeoutMs);

afterAll(() => rmSync(folder, { recursive: true }));

const programOf = (name: string) => join(import.meta.dirname, name);

test(`a log of ${entries} entries opens at once, and an append costs what it costs in an empty one`, async () => {
  const words = [bigLog, join(folder, 'empty'), String(appendRounds), String(appendRoundMs)];
  const { stdout } = await runMeasured([programOf('log-starter.ts'), ...words]);
  const figures = JSON.parse(stdout) as StartFigures;
  const { openMs, residentBytes, big, empty, receipts, receiptMs } = figures;

  const grownBytes = residentBytes[1] - residentBytes[0];
  print(`open with ${entries} entries: ${openMs.toFixed(0)} ms, ${(grownBytes / 2 ** 20).toFixed(0)} MiB more memory`);
  print(`receipt: ${receiptMs.toFixed(1)} ms`);
  const elapsed = ratio(big, empty, 'elapsedUs');
  const cpu = ratio(big, empty, 'cpuUs');
  print(`append against an empty log, best rounds: ${elapsed.text} elapsed, ${cpu.text} of CPU`);

  expect(openMs).toBeLessThan(openMsMax);
  expect(grownBytes).toBeLessThan(residentGrowthMax);
  const verdicts = await Promise.all(receipts.map((receipt) => verifyReceipt(receipt, { keys: logKeys })));
  expect(verdicts).toMatchObject([
    { ok: true, index: 0 },
    { ok: true, index: entries - 1 },
  ]);
  expect(elapsed.value).toBeLessThan(appendCostMax);
  expect(cpu.value).toBeLessThan(appendCostMax);
});

test(`${verifiedEntries} entries are verified by the library and by the command`, async () => {
  const runs: Record<'library' | 'command', MeasuredRun[]> = { library: [], command: [] };
  for (let round = 0; round < verifyRounds; round += 1) {
    runs.library.push(await runMeasured([programOf('log-verifier.ts'), verifiedLog]));
    const words = [command, 'audit', 'verify', '--json', '--log', verifiedLog, '--key-file', keyFile];
    runs.command.push(await runMeasured(words));
  }
  for (const [who, all] of Object.entries(runs)) {
    print(`verify by the ${who}: ${speed(leastOf(all, 'elapsedMs'))}, ${speed(leastOf(all, 'cpuMs'))} of CPU`);
    for (const { stdout } of all) {
      expect(JSON.parse(stdout) as LogReport).toMatchObject({ ok: true, size: verifiedEntries, problems: [] });
    }
  }
  if (hasGo) expect(await verifyLogWithGo(verifiedLog, logKeys)).toMatchObject({ ok: true });

  const [library, ofCommand] = [leastOf(runs.library, 'cpuMs'), leastOf(runs.command, 'cpuMs')];
  expect((verifiedEntries * 1000) / library).toBeGreaterThan(entriesPerSecondMin);
  expect(ofCommand / library).toBeLessThan(commandCostMax);
});

function ratio(big: readonly AppendRound[], empty: readonly AppendRound[], figure: keyof AppendRound) {
  const [bigUs, emptyUs] = [leastOf(big, figure), leastOf(empty, figure)];
  return { value: bigUs / emptyUs, text: `${bigUs.toFixed(1)} against ${emptyUs.toFixed(1)} us` };
}

function leastOf<Name extends string>(all: readonly Readonly<Record<Name, number>>[], name: Name): number {
  return Math.min(...all.map((it) => it[name]));
}

function speed(ms: number): string {
  return `${Math.round((verifiedEntries * 1000) / ms).toLocaleString('en')} entries/s`;
}

/** Figures mean little without what else the machine did. */
function print(figure: string): void {
  console.log(`${figure}; load ${(loadavg()[0] ?? 0).toFixed(1)}`);
}
