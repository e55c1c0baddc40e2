import { fileURLToPath } from 'node:url';
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

const adapter = fileURLToPath(new URL('adapter.ts', import.meta.url));

/** Runs the same files on the runtime's own Web Crypto and through a throw-away sidecar. */
export async function compareWithNative({ root, only, width, ...stage }: ComparisonOptions): Promise<FileParity[]> {
  const jobs = findJobs(root, only);
  if (jobs.length === 0) throw new Error(`no file of the suite matches ${only.join(', ')}`);
  const native = await runJobs(jobs, { root, width });
  const ours = await withSidecar(stage, (environment) => runJobs(jobs, { root, width, module: adapter, environment }));
  return compareOutcomes(native, ours);
}
