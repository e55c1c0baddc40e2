import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ClientAnswer, ClientLoad, ClientPlace, ClientRequest } from './client-messages.ts';

const program = join(import.meta.dirname, 'client.ts');

/** The callers of one side in a process of their own. */
export class ClientProcess implements AsyncDisposable {
  readonly #child: ChildProcess;

  constructor({ backend, socket }: ClientPlace) {
    this.#child = fork(program, [backend, socket], { execArgv: ['--disable-warning=ExperimentalWarning'] });
  }

  /** @throws Error when the operation does not work */
  async prepare(operation: string): Promise<void> {
    await this.#ask({ kind: 'prepare', operation });
  }

  /** @throws Error when an operation fails */
  async run(operation: string, concurrency: number, durationMs: number): Promise<ClientLoad> {
    const answer = await this.#ask({ kind: 'run', operation, concurrency, durationMs });
    if (answer.kind !== 'ran') throw new Error(`the client answered ${answer.kind}`);
    return answer.load;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    if (this.#child.connected) this.#child.disconnect();
    await ended;
  }

  /** One request at a time. */
  async #ask(request: ClientRequest): Promise<ClientAnswer> {
    const stop = new AbortController();
    const { signal } = stop;
    try {
      const answered = once(this.#child, 'message', { signal });
      const ended = once(this.#child, 'exit', { signal });
      this.#child.send(request);
      const [answer] = (await Promise.race([answered, ended])) as [ClientAnswer | number | null];
      if (typeof answer !== 'object' || answer === null) throw new Error(`a client ended with status ${answer}`);
      if (answer.kind === 'failed') throw new Error(answer.reason);
      return answer;
    } finally {
      stop.abort();
    }
  }
}
