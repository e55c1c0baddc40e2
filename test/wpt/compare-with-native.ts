import { fileURLToPath } from 'node:url';
import type { Outcome } from './outcome.ts';
import { compareOutcomes, type FileParity } from './parity.ts';
import { runJobs } from './run-jobs.ts';
import { type StageOptions, withSidecar } from './stage.ts';
import { findJobs } from './suite.ts';

export interface ComparisonOptions extends StageOptions {
  readonly root: string;
  /** Parts of the names of the files to run; none: all. */
  readonly only: readonly string[];
  /** Files at a time. */
  readonly width: number;
}

/** The two runs of the same files. */
export interface Comparison {
  readonly parities: readonly FileParity[];
  /** Milliseconds that all files took on the runtime's own Web Crypto. */
  readonly nativeMs: number;
  /** The same through the sidecar, from its first to its last file. */
  readonly sidecarMs: number;
}

const adapter = fileURLToPath(new URL('adapter.ts', import.meta.url));

/** Runs the same files on the runtime's own Web Crypto and through a throw-away sidecar. */
export async function compareWithNative({ root, only, width, ...stage }: ComparisonOptions): Promise<Comparison> {
  const jobs = findJobs(root, only);
  if (jobs.length === 0) throw new Error(`no file of the suite matches ${only.join(', ')}`);
  const native = await timed(() => runJobs(jobs, { root, width }));
  const ours = await withSidecar(stage, (environment) =>
    timed(() => runJobs(jobs, { root, width, module: adapter, environment })),
  );
  const parities = compareOutcomes(native.outcomes, ours.outcomes);
  return { parities, nativeMs: native.durationMs, sidecarMs: ours.durationMs };
}

async function timed(run: () => Promise<Outcome[]>): Promise<{ outcomes: Outcome[]; durationMs: number }> {
  const startedMs = performance.now();
  const outcomes = await run();
  return { outcomes, durationMs: performance.now() - startedMs };
}
