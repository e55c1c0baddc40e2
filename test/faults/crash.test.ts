import { expect, test } from 'vitest';
import { CrashSeries } from './crash-series.ts';
import { runSize } from './run-size.ts';

/** Two at once keep two cores busy. */
const seriesCount = 2;
/** A start of the whole sidecar takes a second of processor time; the log alone dies more often in log-crash.test.ts. */
const kills = runSize('FERROHSM_CRASH_KILLS', 20);
const timeoutMs = 60_000 + kills * 4000;

test(
  `no acknowledged operation is without its record over ${kills} kills of a sidecar`,
  async () => {
    const startedMs = performance.now();
    const series = Array.from({ length: seriesCount }, () => new CrashSeries());
    try {
      await Promise.all(series.map((one) => run(one)));
    } finally {
      for (const one of series) one.discard();
    }
    const total = (figure: (one: CrashSeries) => number) => series.reduce((sum, one) => sum + figure(one), 0);
    const signatures = total(({ told }) => told.signatures);
    const keys = total(({ told }) => told.keys);
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
    console.log(
      `crash: ${total((one) => one.kills)} kills, ${signatures} signatures and ${keys} keys acknowledged, 0 without a record, ${seconds} s`,
    );
    expect(signatures).toBeGreaterThan(kills);
    expect(keys).toBeGreaterThan(kills);
  },
  timeoutMs,
);

async function run(series: CrashSeries): Promise<void> {
  await series.begin();
  while (series.kills < kills / seriesCount) await series.killOnce();
  expect(await series.end()).toMatchObject({ ok: true, problems: [] });
}
