import { parentPort, workerData } from 'node:worker_threads';
import { blockingFiles } from './blocking-files.ts';
import { failed } from './refusal.ts';
import { TreeKeeper, type TreeStart } from './tree-keeper.ts';
import { bufferOf, buffersIn, type TreeAnswer, type TreeCall, type TreeMessage } from './tree-messages.ts';

/** Program of the log's thread: one message after the other, in their order. */
const keeper = new TreeKeeper(blockingFiles, buffersIn(workerData) as TreeStart);
let turn: Promise<void> = Promise.resolve();

parentPort?.on('message', (message: TreeMessage) => {
  // An error here ends the thread, and with it the log.
  if (message.name === 'add') keeper.add(bufferOf(message.payload));
  else turn = turn.then(async () => parentPort?.postMessage(await answerTo(message)));
});

async function answerTo({ id, ...call }: { readonly id: number } & TreeCall): Promise<TreeAnswer> {
  try {
    return { id, result: await perform(call) };
  } catch (error) {
    const { code, detail } = failed(call.name, error);
    return { id, code, detail };
  }
}

function perform(call: TreeCall): Promise<unknown> {
  switch (call.name) {
    case 'write':
      return keeper.write(call.size);
    case 'published':
      return keeper.published();
    case 'records':
      return keeper.records(call.start, call.end);
    case 'inclusion':
      return keeper.inclusion(call.index, call.size);
    case 'consistency':
      return keeper.consistency(call.earlierSize, call.size);
    case 'tend':
      return keeper.tend(call.group, call.extent);
    case 'erase':
      return keeper.erase(call.erasure);
  }
}
