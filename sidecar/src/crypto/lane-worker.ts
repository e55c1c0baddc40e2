import { parentPort, type Transferable } from 'node:worker_threads';
import { SidecarError } from '../errors.ts';
import { perform } from './lanes/perform.ts';
import { portableResult, wipeBytes } from './lanes/portable.ts';
import type { PostedJob, PostedOutcome } from './lanes/worker-messages.ts';

/** Program of the worker threads: performs a batch of jobs in its order and answers with one message. */
parentPort?.on('message', async (batch: readonly PostedJob[]) => {
  const outcomes: PostedOutcome[] = [];
  const transfer: Transferable[] = [];
  for (const posted of batch) outcomes.push(await outcomeOf(posted, transfer));
  parentPort?.postMessage(outcomes, transfer);
});

async function outcomeOf({ id, job }: PostedJob, transfer: Transferable[]): Promise<PostedOutcome> {
  try {
    const result = portableResult(await perform(job));
    transfer.push(...result.transfer);
    return { id, result: result.value };
  } catch (error) {
    if (error instanceof SidecarError) return { id, code: error.code, detail: error.detail };
    return { id, fault: error };
  } finally {
    wipeBytes(job);
  }
}
