import type { Stats } from 'node:fs';
import { FerroHsmError, rewrapAll } from '@ferrohsm/sdk/envelope';
import type { FerroHsm } from '@ferrohsm/sdk/node';
import { CliError } from '../errors.ts';
import { type EnvelopeFile, replaceHead } from './envelope-draft.ts';
import { envelopeIn, filesBelow } from './envelope-files.ts';
import type { JobWatcher, RewrapJobOptions } from './rewrap-lines.ts';
import { RewrapTally } from './rewrap-tally.ts';

/** What became of a folder. */
export interface RewrappedFolder {
  readonly tally: RewrapTally;
  /** Files that are no envelopes. */
  readonly skipped: number;
}

/**
 * Brings the envelopes below a folder to the newest versions of their keys, each in its place. The envelopes themselves
 * say what is done: a job that was interrupted goes on when it is run again.
 *
 * @throws CliError 66; FerroHsmError for what concerns all keys; whatever the signal was aborted with
 */
export async function rewrapFolder(
  dataKeys: Pick<FerroHsm['dataKeys'], 'rewrap'>,
  folder: string,
  job: RewrapJobOptions,
  watcher: JobWatcher,
): Promise<RewrappedFolder> {
  const tally = new RewrapTally();
  let skipped = 0;
  let [doneBytes, totalBytes] = [0, 0];
  for (const { status } of filesBelow(folder)) totalBytes += status.size;

  function fail(path: string, error: unknown): void {
    if (!isOfOneFile(error) || job.stopOnError) throw error;
    watcher.failed(path, error);
    tally.fail(path, { code: error instanceof FerroHsmError ? error.code : 'data_invalid', message: error.message });
  }

  function pass({ size }: Stats): void {
    doneBytes += size;
    watcher.progress(doneBytes, totalBytes);
  }

  async function* envelopes(): AsyncGenerator<EnvelopeFile, void> {
    for (const { path, status } of filesBelow(folder)) {
      try {
        const found = await envelopeIn(path, status);
        if (found !== undefined) {
          yield found;
          continue;
        }
        skipped += 1;
      } catch (error) {
        fail(path, error);
      }
      pass(status);
    }
  }

  for await (const result of rewrapAll(dataKeys, envelopes(), job)) {
    const { kept } = result;
    try {
      if (result.outcome === 'failed') throw result.error;
      if (result.outcome === 'rewrapped') await replaceHead(kept, result.wrapped);
      tally.note(kept.name, result);
    } catch (error) {
      fail(kept.path, error);
    }
    pass(kept.status);
  }
  return { tally, skipped };
}

/** What a file system says of one file is not wrong with the others. */
function isOfOneFile(error: unknown): error is Error {
  return error instanceof FerroHsmError || error instanceof CliError;
}
