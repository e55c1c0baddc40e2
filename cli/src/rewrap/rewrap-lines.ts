import { type Stats, statSync } from 'node:fs';
import { FerroHsmError, type Rewrapped, rewrapAll } from '@ferrohsm/sdk/envelope';
import type { FerroHsm } from '@ferrohsm/sdk/node';
import { CliError } from '../errors.ts';
import { unreadable } from '../input.ts';
import { refuseToReplace } from '../output-file.ts';
import { type KeptLine, keptLine, rewrappedLine } from './kept-line.ts';
import { LineDraft } from './line-draft.ts';
import { LineProgress } from './line-progress.ts';
import { RewrapJournal } from './rewrap-journal.ts';
import type { RewrapTally } from './rewrap-tally.ts';
import { textLines } from './text-lines.ts';

/** What is told of a job while it goes on. */
export interface JobWatcher {
  progress(done: number, total: number): void;
  /** What could not be done, and where; the job goes on. */
  failed(at: string, error: Error): void;
  note(text: string): void;
}

export interface RewrapJobOptions {
  readonly inFlight: number;
  /** Ends the job at the first that fails. */
  readonly stopOnError: boolean;
  readonly signal: AbortSignal;
}

export interface LineJob extends RewrapJobOptions {
  readonly input: string;
  readonly output: string;
  /** Named key of lines that name none. */
  readonly key: string | undefined;
  /** Replace an existing output. */
  readonly force: boolean;
  /** Forget what an earlier attempt has done. */
  readonly restart: boolean;
}

/** What a crash may make a job do again; doing it again changes nothing. */
const checkpointMs = 250;

/**
 * Brings the wrapped data keys in the lines of a file to the newest versions of their keys. The output has a line for each
 * of the input, in the same order; what failed stands in it as it was. It appears when it is whole. A job that was ended
 * before goes on where it was.
 *
 * @throws CliError 66, 65 and 73 for files, 75 when another process writes the same output; FerroHsmError for what
 *   concerns all keys; whatever the signal was aborted with
 */
export async function rewrapLines(
  dataKeys: Pick<FerroHsm['dataKeys'], 'rewrap'>,
  job: LineJob,
  watcher: JobWatcher,
): Promise<RewrapTally> {
  const { size, mode } = statusOf(job.input);
  refuseToReplace(job.output, job);
  using journal = new RewrapJournal(`${job.output}.rewrap-journal`);
  const draftPath = `${job.output}.rewrap`;
  const { progress, draftBytes } = await startOf(job, journal, LineDraft.lengthOf(draftPath));
  if (progress.lines > 0) watcher.note(`going on behind line ${progress.lines}`);
  using draft = new LineDraft(draftPath, draftBytes, mode & 0o777);
  const checkpoint = () => {
    draft.sync();
    journal.write(progress.checkpoint(draft.lengthBytes));
  };
  try {
    let writtenAt = Number.NEGATIVE_INFINITY;
    for await (const result of rewrapAll(askable(dataKeys), keptLines(job, progress), job)) {
      take(result, job, progress, draft, watcher);
      watcher.progress(progress.offsetBytes, size);
      if (performance.now() - writtenAt < checkpointMs) continue;
      checkpoint();
      writtenAt = performance.now();
    }
  } catch (error) {
    checkpoint();
    throw error;
  }
  draft.finish(job.output, job.force);
  journal.remove();
  return progress.tally;
}

function statusOf(input: string): Stats {
  let status: Stats;
  try {
    status = statSync(input);
  } catch (error) {
    throw unreadable(input, error);
  }
  if (status.isFile()) return status;
  throw new CliError(66, `${input} is not a file`, 'a job that goes on after an interruption reads its input again');
}

async function startOf(job: LineJob, journal: RewrapJournal, draftBytes: number) {
  const before = job.restart ? undefined : journal.read();
  // Without its draft a checkpoint is of an output that was finished.
  if (before === undefined || before.draftBytes > draftBytes)
    return { progress: LineProgress.atStart(), draftBytes: 0 };
  const progress = await LineProgress.from(before, job.input);
  if (progress !== undefined) return { progress, draftBytes: before.draftBytes };
  throw new CliError(65, `${job.input} is not what it was when the job was interrupted`, 'begin anew with --restart');
}

async function* keptLines({ input, key }: LineJob, progress: LineProgress): AsyncGenerator<KeptLine, void> {
  const { offsetBytes, lines } = progress;
  for await (const line of textLines(input, { offsetBytes, lines })) yield keptLine(line, key);
}

/** A line without a data key is refused without asking. */
function askable(dataKeys: Pick<FerroHsm['dataKeys'], 'rewrap'>): Pick<FerroHsm['dataKeys'], 'rewrap'> {
  return {
    async rewrap(name, wrapped) {
      if (wrapped.length === 0) throw new FerroHsmError('data_invalid');
      return await dataKeys.rewrap(name, wrapped);
    },
  };
}

function take(
  result: Rewrapped<KeptLine>,
  { stopOnError }: LineJob,
  progress: LineProgress,
  draft: LineDraft,
  watcher: JobWatcher,
): void {
  const { line, problem } = result.kept;
  const at = `line ${line.number}`;
  if (result.outcome === 'failed') {
    const error = problem === undefined ? result.error : new FerroHsmError('data_invalid', problem);
    if (stopOnError) throw error;
    watcher.failed(at, error);
    progress.tally.fail(at, error);
  } else progress.tally.note(result.kept.name, result);
  const isNew = result.outcome === 'rewrapped';
  draft.append(isNew ? rewrappedLine(line, result.wrapped, result.version) : line.text);
  progress.pass(line);
}
