import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { leanNode, type SidecarFolders } from '../../tools/throw-away-sidecar.ts';
import { serveWords } from '../end-to-end/live-sidecar.ts';

export interface ServeOptions {
  readonly folders: SidecarFolders;
  /** Arguments of `ferrohsm serve` besides the folders. */
  readonly arguments?: readonly string[];
  /** Program and arguments that run Node under them, for example a fault injector. */
  readonly under?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** `ferrohsm serve` in a process that a test may do anything to. */
export class ServedSidecar {
  readonly child: ChildProcess;
  /** Resolves when it listens; rejects with what it said when it ends before that. */
  readonly listening: Promise<void>;
  /** Exit status, null after a signal. */
  readonly ended: Promise<number | null>;
  #said = '';

  constructor({ folders, arguments: extra = [], under = [], environment = {} }: ServeOptions) {
    const [program, ...words] = [...under, process.execPath, ...leanNode, ...serveWords(folders), ...extra];
    this.child = spawn(program as string, words, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#said += text;
    });
    this.ended = once(this.child, 'close').then(([status]) => status as number | null);
    this.listening = this.#announced();
    // A test that kills it during its start does not wait for this.
    this.listening.catch(() => undefined);
  }

  /** What it said on standard error. */
  get said(): string {
    return this.#said;
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  async stop(): Promise<number | null> {
    this.child.kill('SIGTERM');
    return this.ended;
  }

  async #announced(): Promise<void> {
    const announced = once(this.child.stdout as NodeJS.ReadableStream, 'data').then(() => true);
    if (!(await Promise.race([announced, this.ended.then(() => false)]))) {
      throw new Error(`the sidecar did not start:\n${this.#said}`);
    }
  }
}
