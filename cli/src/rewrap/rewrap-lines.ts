import { FerroHsmError, type Rewrapped, rewrapAll } from '@ferrohsm/sdk/envelope';
import type { FerroHsm } from '@ferrohsm/sdk/node';
import { CliError } from '../errors.ts';
import { type KeptLine, keptLine, rewrappedLine } from './kept-line.ts';
import { LineDraft } from './line-draft.ts';
import { type LinePlaces, linePlaces, requireUnchanged } from './line-places.ts';
import { LineProgress } from './line-progress.ts';
import { type RewrapCheckpoint, RewrapJournal } from './rewrap-journal.ts';
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
 * before goes on where it was. Nothing of an input is lost that somebody writes to meanwhile: nothing is replaced then.
 *
 * @throws CliError 66, 65 and 73 for files, 75 when another process writes the same output, or to the input;
 *   FerroHsmError for what concerns all keys; whatever the signal was aborted with
 */
export async function rewrapLines(
  dataKeys: Pick<FerroHsm['dataKeys'], 'rewrap'>,
  job: LineJob,
  watcher: JobWatcher,
): Promise<RewrapTally> {
  const places = linePlaces(job.input, job.output, job);
  using journal = new RewrapJournal(`${places.output}.rewrap-journal`);
  const { progress, draft: started } = await startOf(places, job.restart ? undefined : journal.read());
  using draft = started;
  if (progress.lines > 0) watcher.note(`going on behind line ${progress.lines}`);
  const checkpoint = () => {
    const reached = progress.checkpoint(draft.lengthBytes);
    if (reached === undefined) return;
    draft.sync();
    journal.write(reached);
  };
  try {
    let writtenAt = Number.NEGATIVE_INFINITY;
    for await (const result of rewrapAll(askable(dataKeys), keptLines(places.input, job.key, progress), job)) {
      take(result, job, progress, draft, watcher);
      watcher.progress(progress.offsetBytes, places.inputStatus.size);
      if (performance.now() - writtenAt < checkpointMs) continue;
      checkpoint();
      writtenAt = performance.now();
    }
  } catch (error) {
    checkpoint();
    throw error;
  }
  draft.sync();
  requireUnchanged(places);
  await draft.finish(places.output, job.force, places.replaced);
  journal.remove();
  return progress.tally;
}

async function startOf(places: LinePlaces, before: RewrapCheckpoint | undefined) {
  const path = `${places.output}.rewrap`;
  // Without its draft a checkpoint is of an output that was finished.
  const left = before && LineDraft.resume(path, before.draftBytes);
  if (before === undefined || left === undefined)
    return { progress: LineProgress.atStart(), draft: newDraft(path, places) };
  const progress = await LineProgress.from(before, places.input);
  if (progress !== undefined) return { progress, draft: left };
  left[Symbol.dispose]();
  throw new CliError(
    65,
    `${places.input} is not what it was when the job was interrupted`,
    'begin anew with --restart',
  );
}

/** What it replaces gives it its mode in the end; a new file has that of the input. */
function newDraft(path: string, { inputStatus, replaced }: LinePlaces): LineDraft {
  return LineDraft.begin(path, replaced === undefined ? inputStatus.mode & 0o777 : 0o600);
}

async function* keptLines(
  input: string,
  key: string | undefined,
  { offsetBytes, lines }: LineProgress,
): AsyncGenerator<KeptLine, void> {
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
  draft.append(isNew ? rewrappedLine(line, result.wrapped, result.version) : line.bytes);
  progress.pass(line);
}
