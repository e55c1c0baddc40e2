import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Done } from './load.ts';
import type { SoakedSidecar } from './soaked-sidecar.ts';

const program = join(import.meta.dirname, 'load.ts');

/** The mixed load in a process of its own, so that it delays nobody who measures. */
export class LoadProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  #done: Done = {};

  constructor({ process: { socket, url = '' }, officer }: SoakedSidecar) {
    this.#child = fork(program, [socket, url, officer], { execArgv: ['--disable-warning=ExperimentalWarning'] });
    this.#ended = once(this.#child, 'exit').then(([status]) => status as number | null);
    this.#child.on('message', (done: Done) => {
      this.#done = done;
    });
  }

  /** How often each activity was done so far. */
  get done(): Done {
    return this.#done;
  }

  /** @throws Error when it ended before it was told to */
  requireRunning(): void {
    if (this.#child.exitCode !== null) throw new Error(`the load ended with status ${this.#child.exitCode}`);
  }

  /**
   * Lets every client finish what it does and leave.
   *
   * @throws Error when one of them failed
   */
  async leave(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    const status = await this.#ended;
    if (status !== 0) throw new Error(`the load ended with status ${status}`);
  }
}
