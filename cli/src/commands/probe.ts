import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type CommandDescription, local } from '../command.ts';
import { CliError, usageError } from '../errors.ts';
import { parseIpPlace } from '../ip-place.ts';

interface ProbeOptions {
  readonly metrics?: string;
  readonly metricsSocket?: string;
}

const pages: ReadonlyMap<string, string> = new Map([
  ['alive', '/healthz'],
  ['ready', '/readyz'],
]);

export const probe: CommandDescription = {
  usage: 'probe [state]',
  summary: 'Say whether the sidecar is ready, or alive: for probes of containers, needs no privilege.',
  examples: `
# Does it serve? The exit status tells, and the answer why not
ferrohsm probe --metrics-socket /run/ferrohsm/metrics.sock

# Does it run at all, sealed or not?
ferrohsm probe alive --metrics 127.0.0.1:7430`,
  offline: true,
  options: (command: Command) =>
    command
      .option('--metrics <host:port>', 'as "ferrohsm serve" was told')
      .option('--metrics-socket <path>', 'as "ferrohsm serve" was told'),
  action: local<ProbeOptions, [string | undefined]>(async ({ options, output }, state = 'ready') => {
    const path = pages.get(state);
    if (path === undefined) throw usageError(`no state ${state}`, 'ask for ready or alive');
    // Loaded only here: other commands do without HTTP, which takes as long to load as all else together.
    const { askPage } = await import('../page-request.ts');
    const { status, body } = await askPage({ ...placeOf(options), path });
    if (status !== 200) throw new CliError(75, `not ${state}: ${reasonsIn(body)}`, 'the reasons: docs/operations.md');
    await output.result(JSON.parse(body), state);
  }),
};

function placeOf({ metrics, metricsSocket }: ProbeOptions): { host: string; port: number } | { socketPath: string } {
  if ((metrics === undefined) === (metricsSocket === undefined)) {
    throw usageError('give one of --metrics and --metrics-socket', 'the same as "ferrohsm serve" was told');
  }
  return metricsSocket === undefined ? parseIpPlace(metrics ?? '') : { socketPath: resolve(metricsSocket) };
}

function reasonsIn(body: string): string {
  try {
    const { reasons } = JSON.parse(body) as { reasons?: unknown };
    return Array.isArray(reasons) ? reasons.join(', ') : 'no reason given';
  } catch {
    return 'no answer of a sidecar';
  }
}
