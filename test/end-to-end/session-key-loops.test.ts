import { expect, test } from 'vitest';
import { liveSidecar } from './live-sidecar.ts';
import { runSessionKeyLoop } from './run-session-key-loop.ts';

const sidecar = liveSidecar();
const quota = 16_384;

test('session keys that nobody holds do not count', async () => {
  const report = await runSessionKeyLoop(sidecar.process.socket, { keys: 20_000 });
  expect(report).toMatchObject({ quota, made: 20_000, refusals: [] });
  // The memory of a running sidecar settles at some 250 MiB.
  expect(report.residentBytes[1]).toBeLessThan(512 << 20);
});

test('session keys that somebody holds do', async () => {
  const { made, refusals } = await runSessionKeyLoop(sidecar.process.socket, { keys: 20_000, hold: true });
  expect(made).toBe(quota);
  expect(new Set(refusals)).toEqual(new Set(['quota_exceeded']));
});
