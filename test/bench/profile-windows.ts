import { readFileSync } from 'node:fs';
import { threadCostOf } from './audit-threads.ts';
import { ClientProcess } from './client-process.ts';
import { type CpuProfile, monotonicUs } from './cpu-profile.ts';
import type { ProfileOptions } from './options.ts';
import type { Usage, Window } from './profile-costs.ts';
import { withProfile } from './profiled-sidecar.ts';
import { measured } from './side.ts';
import type { SidecarServer } from './sidecar-server.ts';

export type WindowOptions = Pick<ProfileOptions, 'operation' | 'concurrencies' | 'durationMs'>;

/** Loads one sidecar with each number in flight in turn, after as long a warm-up with the most. */
export async function profileWindows(options: WindowOptions): Promise<{ profile: CpuProfile; windows: Window[] }> {
  const { profile, result } = await withProfile((server) => runWindows(server, options));
  return { profile, windows: result };
}

async function runWindows(
  server: SidecarServer,
  { operation, concurrencies, durationMs }: WindowOptions,
): Promise<Window[]> {
  await using client = new ClientProcess({ backend: 'named-keys', socket: server.socket });
  const run = (concurrency: number) => measured(server.cpuUs, () => client.run(operation, concurrency, durationMs));
  await client.prepare(operation);
  await run(Math.max(...concurrencies));
  const windows: Window[] = [];
  for (const concurrency of concurrencies) {
    const before = usageOf(server);
    const round = await run(concurrency);
    windows.push({ concurrency, before, round, after: usageOf(server) });
  }
  return windows;
}

function usageOf({ pid }: SidecarServer): Usage {
  const [, waitedNs] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ');
  return { atUs: monotonicUs(), threads: threadCostOf(pid), waitedUs: Number(waitedNs) / 1000 };
}
