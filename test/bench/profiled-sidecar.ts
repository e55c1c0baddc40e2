import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sourceProgram } from './audit-sidecar.ts';
import type { CpuProfile } from './cpu-profile.ts';
import { type SidecarServer, startServer } from './sidecar-server.ts';

/** Microseconds between samples: taking them more often costs the sidecar more than it tells. */
const intervalUs = 500;

/**
 * Runs something with a sidecar from its source files, whose thread that answers requests is profiled from its start to
 * its end. `ferrohsm serve` refuses to be profiled, as it must.
 *
 * @returns what `run` answers, with the profile
 */
export async function withProfile<Result>(
  run: (server: SidecarServer) => Promise<Result>,
): Promise<{ readonly profile: CpuProfile; readonly result: Result }> {
  const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-profile-'));
  try {
    const result = await runProfiled(folder, run);
    return { profile: readProfile(folder), result };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function runProfiled<Result>(folder: string, run: (server: SidecarServer) => Promise<Result>): Promise<Result> {
  const flags = ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-interval=${intervalUs}`];
  await using server = await startServer({ program: [...flags, ...sourceProgram] });
  return await run(server);
}

/** @throws Error when the sidecar left none */
function readProfile(folder: string): CpuProfile {
  // CPU.date.time.process.thread: the first thread is number 0.
  const name = readdirSync(folder).find((file) => /^CPU\.\d+\.\d+\.\d+\.0\./.test(file));
  if (name === undefined) throw new Error('the sidecar left no profile');
  return JSON.parse(readFileSync(join(folder, name), 'utf8')) as CpuProfile;
}
