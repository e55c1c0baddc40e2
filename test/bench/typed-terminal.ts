import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';

/** What a program writes after each frame (terminal-wg, synchronized output): what came before is on the screen. */
const frameEnd = '\u001b[?2026l';

export interface TypedTerminalOptions {
  readonly columns: number;
  readonly rows: number;
  /** What the shell in it runs. */
  readonly command: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** A program on a pseudo-terminal of util-linux script: keys go in, and when a frame has come out is known. */
export class TypedTerminal {
  readonly #child: ChildProcessWithoutNullStreams;
  #output = '';
  #frame: (() => void) | undefined;

  constructor({ columns, rows, command, environment }: TypedTerminalOptions) {
    const line = `stty rows ${rows} cols ${columns}; exec ${command}`;
    this.#child = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], { env: environment });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
      if (text.includes(frameEnd)) this.#frame?.();
    });
  }

  /** Presses a key. @returns milliseconds until the next frame was out */
  async press(key: string): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#frame = resolve;
    const startedMs = performance.now();
    this.#child.stdin.write(key);
    await promise;
    this.#frame = undefined;
    return performance.now() - startedMs;
  }

  /** Whether it has written something since the last wait. */
  has(pattern: RegExp): boolean {
    return pattern.test(this.#output);
  }

  /** Waits until it has written something, since the start or since the last wait. */
  async until(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#output)) {
      if (this.#child.exitCode !== null) throw new Error(`it ended before ${pattern}:\n${this.#output}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    this.#output = '';
  }

  async end(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.stdin.write('\u0003');
    await ended;
  }
}
