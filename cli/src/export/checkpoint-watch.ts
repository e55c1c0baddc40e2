import { type FSWatcher, watch } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

/** Not every file system tells of changes. */
const pollMs = 1000;

/** Waits for the log to be signed anew. */
export class CheckpointWatch {
  readonly #watcher: FSWatcher | undefined;
  #wake: () => void = () => undefined;
  #hasChanged = false;

  /** @param folder of the log: its checkpoint is replaced as a whole */
  constructor(folder: string) {
    this.#watcher = startWatch(folder, (name) => {
      if (name !== 'checkpoint') return;
      this.#hasChanged = true;
      this.#wake();
    });
  }

  /** Resolves soon after a change since the last call, at the latest after a second; rejects when aborted. */
  async next(signal: AbortSignal): Promise<void> {
    const timer = new AbortController();
    this.#wake = () => timer.abort();
    if (this.#hasChanged) timer.abort();
    await wait(pollMs, undefined, { signal: AbortSignal.any([signal, timer.signal]) }).catch(() =>
      signal.throwIfAborted(),
    );
    this.#hasChanged = false;
  }

  close(): void {
    this.#watcher?.close();
  }
}

function startWatch(folder: string, changed: (name: string | null) => void): FSWatcher | undefined {
  try {
    return watch(folder, (_, name) => changed(name)).on('error', () => undefined);
  } catch {
    return undefined;
  }
}
