import type { Command } from 'commander';
import { CliError } from '../errors.ts';
import { interruptible } from '../interruption.ts';
import { wholeNumber } from '../option-values.ts';
import type { Output } from '../output.ts';
import { ProgressBar } from '../progress-bar.ts';
import type { JobWatcher, RewrapJobOptions } from './rewrap-lines.ts';
import type { RewrapTally } from './rewrap-tally.ts';

/** Options of every command that wraps many data keys anew. */
export interface RewrapManyOptions {
  readonly inFlight: number;
  readonly stopOnError?: boolean;
}

export function addRewrapOptions(command: Command): Command {
  return command
    .option('--stop-on-error', 'end at the first that fails')
    .option('--in-flight <n>', 'data keys that are under way at once', wholeNumber(1, 1000), 64);
}

/** Runs a job with a bar, so that it can be interrupted. */
export async function runJob<Result>(
  { inFlight, stopOnError = false }: RewrapManyOptions,
  output: Output,
  work: (job: RewrapJobOptions, watcher: JobWatcher) => Promise<Result>,
): Promise<Result> {
  const bar = new ProgressBar('rewrapping');
  const watcher: JobWatcher = {
    progress: (done, total) => bar.show(done, total),
    note: (text) => output.note(text),
    failed(at, error) {
      bar.end();
      output.warn(`${at}: ${error.message}`);
    },
  };
  return await interruptible(async (signal) => {
    try {
      return await work({ inFlight, stopOnError, signal }, watcher);
    } catch (error) {
      if (signal.aborted) output.warn('interrupted; the same command goes on from here');
      throw error;
    } finally {
      bar.end();
    }
  });
}

/**
 * Tells what a job has done.
 *
 * @param facts of this job alone, for `--json`
 * @throws CliError 1 when something failed, or is wrapped under a version that is not the newest any more
 */
export async function reportJob({ counts, outrun }: RewrapTally, output: Output, facts: object = {}): Promise<void> {
  const { rewrapped, current, failed, failures } = counts;
  const result = { rewrapped, current, failed, ...facts, failures, outrun };
  await output.result(result, `rewrapped ${rewrapped}, already new ${current}, failed ${failed}`);
  if (failed > 0) {
    throw new CliError(1, `${failed} could not be wrapped anew`, 'they are as they were; the warnings say why');
  }
  if (outrun.length > 0) {
    throw new CliError(1, `${outrun.join(', ')} was rotated meanwhile`, 'run a job over the result');
  }
}
