// Loaded into a sidecar before it starts: SIGUSR2 collects the garbage of all its threads.
import { EventEmitter, once } from 'node:events';
import { syncBuiltinESMExports } from 'node:module';
import { setImmediate } from 'node:timers/promises';
import threads, { BroadcastChannel, isMainThread, threadId, Worker, type WorkerOptions } from 'node:worker_threads';

const rounds = 6;
/** Hears `collect`. */
const requests = new BroadcastChannel('collect-garbage');
/** Hears the number of a worker that has loaded this file, and each time that it has collected. */
const answers = new BroadcastChannel('collected-garbage');
requests.unref();
answers.unref();

async function collect(): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    globalThis.gc?.();
    await setImmediate();
  }
}

/** Worker threads are started without the flags of the process. */
class CollectedWorker extends Worker {
  constructor(entry: URL, options: WorkerOptions = {}) {
    super(entry, { ...options, execArgv: [...(options.execArgv ?? []), '--import', import.meta.url] });
    const { threadId: id } = this;
    this.once('exit', () => {
      listening.delete(id);
      changes.emit('change');
    });
  }
}

const listening = new Set<number>();
const waitedFor = new Set<number>();
const changes = new EventEmitter();

async function collectEverywhere(): Promise<void> {
  for (const id of listening) waitedFor.add(id);
  requests.postMessage('collect');
  await collect();
  while ([...waitedFor].some((id) => listening.has(id))) await once(changes, 'change');
}

if (isMainThread) {
  threads.Worker = CollectedWorker;
  syncBuiltinESMExports();
  answers.onmessage = ({ data }) => {
    listening.add(data);
    waitedFor.delete(data);
    changes.emit('change');
  };
  process.on('SIGUSR2', async () => {
    await collectEverywhere();
    process.stderr.write('garbage collected\n');
  });
} else {
  const answer = () => answers.postMessage(threadId);
  requests.onmessage = () => collect().then(answer);
  answer();
}
