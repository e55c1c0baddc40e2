import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import {
  command,
  type SidecarProcess,
  type StartOptions,
  startSidecarProcess,
} from '../../tools/throw-away-sidecar.ts';

const collector = join(import.meta.dirname, 'collect-garbage.ts');
const pollMs = 20;
/** Worker threads collect without saying so. */
const restMs = 500;

/** Starts a sidecar whose garbage {@link collectGarbage} collects. */
export function startWatchedSidecar(options: StartOptions): Promise<SidecarProcess> {
  return startSidecarProcess({
    ...options,
    arguments: ['--allow-debugging', ...(options.arguments ?? [])],
    program: ['--expose-gc', '--import', collector, command],
  });
}

/** Collects the garbage of all threads of the sidecar, what finalizers left included. */
export async function collectGarbage(sidecar: SidecarProcess): Promise<void> {
  for (let round = 0; round < 2; round++) {
    await setTimeout(restMs);
    const collected = collections(sidecar);
    process.kill(sidecar.pid, 'SIGUSR2');
    while (collections(sidecar) === collected) await setTimeout(pollMs);
  }
  await setTimeout(restMs);
}

function collections(sidecar: SidecarProcess): number {
  return sidecar.notices().split('garbage collected').length;
}
