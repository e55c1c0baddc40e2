import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Deliver } from './notifier.ts';

export interface CommandHook {
  /** Program and arguments; no shell reads them. */
  readonly command: readonly string[];
  /** How long it may run, 10 s unless told. */
  readonly timeoutMs?: number;
}

const defaultTimeoutMs = 10_000;

/** Runs a program with the event as JSON on its standard input. It inherits nothing but `PATH`. */
export function commandDelivery({ command, timeoutMs = defaultTimeoutMs }: CommandHook): Deliver {
  const [program = '', ...programArguments] = command;
  return async ({ event, signal }) => {
    const { PATH = '' } = process.env;
    const child = spawn(program, programArguments, {
      shell: false,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { PATH },
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      killSignal: 'SIGKILL',
    });
    // A program that does not read its input is judged by its exit status.
    child.stdin.on('error', () => undefined);
    child.stdin.end(`${JSON.stringify(event)}\n`);
    const [status, killedBy] = (await once(child, 'exit')) as [number | null, string | null];
    if (status !== 0) throw new Error(`the command ended with ${status ?? killedBy}`);
  };
}
