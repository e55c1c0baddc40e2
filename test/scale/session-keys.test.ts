import { expect, test } from 'vitest';
import { liveSidecar } from '../end-to-end/live-sidecar.ts';
import { runSessionKeyLoop } from '../end-to-end/run-session-key-loop.ts';

const sidecar = liveSidecar();

test('a hundred thousand session keys leave nothing behind', async () => {
  const warm = await runSessionKeyLoop(sidecar.process.socket, { keys: 40_000 });
  const report = await runSessionKeyLoop(sidecar.process.socket, { keys: 100_000 });
  expect(report).toMatchObject({ made: 100_000, refusals: [] });
  // A hundred thousand keys take some 100 MiB.
  expect(report.residentBytes[1] - warm.residentBytes[1]).toBeLessThan(64 << 20);
});
