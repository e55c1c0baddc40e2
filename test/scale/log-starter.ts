import { entry } from '../../sidecar/src/audit/test-log.ts';
import { runLoad } from '../bench/load.ts';
import { openBuiltLog } from './built-log.ts';

/** `log-starter LOG EMPTY-FOLDER ROUNDS ROUND-MS`: opens both logs, appends to them in turn, prints what that took. */

export interface StartFigures {
  readonly openMs: number;
  /** Memory of the process, before the big log was open and after. */
  readonly residentBytes: readonly [number, number];
  readonly big: readonly AppendRound[];
  readonly empty: readonly AppendRound[];
  /** Of the first record and of the last one that was built, which a checkpoint covers. */
  readonly receipts: readonly string[];
  readonly receiptMs: number;
}

/** Microseconds for one record at 64 in flight. */
export interface AppendRound {
  readonly elapsedUs: number;
  /** Of all threads, with the checkpoint over the round's records. */
  readonly cpuUs: number;
}

const concurrency = 64;
const appended = entry(0);

const [logFolder = '', emptyFolder = '', rounds = '', roundMs = ''] = process.argv.slice(2);

const residentBefore = process.memoryUsage.rss();
const startedMs = performance.now();
const big = await openBuiltLog(logFolder);
const openMs = performance.now() - startedMs;
const residentBytes = [residentBefore, process.memoryUsage.rss()] as const;
const lastBuilt = big.size - 1;

const empty = await openBuiltLog(emptyFolder);
const played: { readonly big: AppendRound[]; readonly empty: AppendRound[] } = { big: [], empty: [] };
for (const log of [big, empty]) await appendRound(log);
for (let round = 0; round < Number(rounds); round += 1) {
  // Each round is begun by the other one, so that what else the machine does meanwhile hits both.
  const order = round % 2 === 0 ? (['big', 'empty'] as const) : (['empty', 'big'] as const);
  for (const name of order) played[name].push(await appendRound(name === 'big' ? big : empty));
}

const receiptStartMs = performance.now();
const receipts = [await big.receipt(0), await big.receipt(lastBuilt)];
const receiptMs = (performance.now() - receiptStartMs) / receipts.length;
for (const log of [big, empty]) await log.close();
const figures: StartFigures = { openMs, residentBytes, ...played, receipts, receiptMs };
console.log(JSON.stringify(figures));

async function appendRound(log: typeof big): Promise<AppendRound> {
  const before = process.cpuUsage();
  const { operations, opsPerSecond } = await runLoad(() => log.append(appended), concurrency, Number(roundMs));
  await log.checkpoint();
  const { user, system } = process.cpuUsage(before);
  return { elapsedUs: 1_000_000 / opsPerSecond, cpuUs: (user + system) / operations };
}
