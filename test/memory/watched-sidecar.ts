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
/** The sidecar wipes the memory that it reads into 50 ms after a message. */
const restMs = 100;

/** Starts a sidecar whose garbage {@link collectGarbage} collects. */
export function startWatchedSidecar(options: StartOptions): Promise<SidecarProcess> {
  return startSidecarProcess({
    ...options,
    arguments: ['--allow-debugging', ...(options.arguments ?? [])],
    program: ['--expose-gc', '--import', collector, command],
  });
}

/** Collects the garbage of all threads of the sidecar, what finalizers left included; each thread says so. */
export async function collectGarbage(sidecar: SidecarProcess): Promise<void> {
  for (let round = 0; round < 2; round++) {
    await setTimeout(restMs);
    const collected = collections(sidecar);
    process.kill(sidecar.pid, 'SIGUSR2');
    while (collections(sidecar) === collected) await setTimeout(pollMs);
  }
}

function collections(sidecar: SidecarProcess): number {
  return sidecar.notices().split('garbage collected').length;
}
