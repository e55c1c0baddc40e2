import { join } from 'node:path';
import { expect, test } from 'vitest';
import { liveSidecar } from '../end-to-end/live-sidecar.ts';
import type { RoundTrip } from './envelope-round-trip.ts';
import { runMeasured } from './measured-process.ts';

const sidecar = liveSidecar();
const program = join(import.meta.dirname, 'envelope-round-trip.ts');

test('1 GiB passes through an envelope and back in 64 MiB above idle', async () => {
  const { stdout } = await runMeasured([program, sidecar.process.socket, '1024']);
  const { bytes, idleBytes, peakBytes } = JSON.parse(stdout) as RoundTrip;
  expect(bytes).toBe(2 ** 30);
  expect(peakBytes - idleBytes).toBeLessThan(64 << 20);
});
