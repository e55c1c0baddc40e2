import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Answer, Outcome } from './outcome.ts';
import type { Job } from './suite.ts';

export interface RunOptions {
  readonly root: string;
  /** Module that exports `crypto` and `SubtleCrypto` in place of the runtime's own. */
  readonly module?: string;
  /** For the module. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Files at a time. */
  readonly width: number;
}

/** What {@link runJobs} hands to the process of a job. */
export interface ChildTask extends Job {
  readonly root: string;
  readonly module?: string;
}

const childTimeoutMs = 180_000;

/** Runs each file in a process of its own, so that none inherits what another left behind. */
export async function runJobs(jobs: readonly Job[], options: RunOptions): Promise<Outcome[]> {
  const waiting = jobs.entries();
  const outcomes: Outcome[] = [];
  async function drain(): Promise<void> {
    for (const [index, job] of waiting) outcomes[index] = { ...job, ...(await runJob(job, options)) };
  }
  await Promise.all(Array.from({ length: options.width }, drain));
  return outcomes;
}

async function runJob(job: Job, { root, module, environment }: RunOptions): Promise<Answer> {
  const task: ChildTask = { ...job, root, ...(module === undefined ? {} : { module }) };
  const child = fork(join(import.meta.dirname, 'child.ts'), [], {
    execArgv: ['--no-warnings'],
    env: { ...process.env, ...environment, WPT_TASK: JSON.stringify(task) },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    timeout: childTimeoutMs,
    killSignal: 'SIGKILL',
  });
  let answer: Answer | undefined;
  let complaints = '';
  child.on('message', (message) => {
    answer = message as Answer;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-2000);
  });
  const [status, signal] = await once(child, 'close');
  return answer ?? { subtests: [], breakdown: `ended with ${status ?? signal}: ${complaints}` };
}
