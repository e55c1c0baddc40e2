import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

type Write = (...args: unknown[]) => void;

/** Above the time from which the log leaves every write to the thread pool. */
const slowWriteMs = 50;

/** Holds up what this process writes to files, as a disk does that has stopped; the sidecar runs in the same process. */
export class HeldDisk {
  readonly #write = fs.write;
  readonly #writeSync = fs.writeSync;
  #waiting: (() => void)[] | undefined;
  #reached = Promise.withResolvers<void>();

  constructor() {
    const write = (...args: unknown[]) => {
      const go = () => (this.#write as Write)(...args);
      if (this.#waiting === undefined) go();
      else this.#waiting.push(go);
      this.#reached.resolve();
    };
    replace({ write });
  }

  /** Makes the next write of the answering thread so slow that the log makes no more of them. */
  slowDownOnce(): void {
    const writeSync = (...args: unknown[]) => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, slowWriteMs);
      replace({ writeSync: this.#writeSync });
      return (this.#writeSync as Write)(...args);
    };
    replace({ writeSync });
  }

  /** From now on no write is done; resolves when the first one waits. */
  hold(): Promise<void> {
    this.#waiting = [];
    this.#reached = Promise.withResolvers();
    return this.#reached.promise;
  }

  release(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const go of waiting) go();
  }

  restore(): void {
    this.release();
    replace({ write: this.#write, writeSync: this.#writeSync });
  }
}

/** Also for those who imported the functions by name. */
function replace(functions: { readonly write?: unknown; readonly writeSync?: unknown }): void {
  Object.assign(fs, functions);
  syncBuiltinESMExports();
}
