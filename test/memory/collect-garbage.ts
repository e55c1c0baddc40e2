// Loaded into a sidecar before it starts: SIGUSR2 collects the garbage of all its threads.
import { syncBuiltinESMExports } from 'node:module';
import { setImmediate } from 'node:timers/promises';
import threads, { BroadcastChannel, isMainThread, Worker, type WorkerOptions } from 'node:worker_threads';

const rounds = 6;
const channel = new BroadcastChannel('collect-garbage');
channel.unref();
channel.onmessage = collect;

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
  }
}

if (isMainThread) {
  threads.Worker = CollectedWorker;
  syncBuiltinESMExports();
  process.on('SIGUSR2', async () => {
    channel.postMessage('collect');
    await collect();
    process.stderr.write('garbage collected\n');
  });
}
