import { CliError } from './errors.ts';
import { printFailure } from './failure.ts';

/** What a stop may take beside the calls that are under way: writing, the last checkpoint, closing. */
const closingMs = 15_000;

/** On a terminal the hang-up says that it is gone, to a daemon that its configuration has changed. */
const isOnTerminal = process.stdin.isTTY === true;

/** Resolves with the first signal to stop; a second one ends the process at once. */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let stopping = false;
    for (const signal of ['SIGINT', 'SIGTERM', ...(isOnTerminal ? (['SIGHUP'] as const) : [])] as const) {
      process.on(signal, () => {
        if (stopping) process.exit(75);
        stopping = true;
        resolve(signal);
      });
    }
  });
}

/** Calls at each SIGHUP, one after the other. */
export function onHangUp(act: () => Promise<void>): void {
  if (isOnTerminal) return;
  let last = Promise.resolve();
  process.on('SIGHUP', () => {
    // A start that failed is told by whoever waits for it.
    last = last.then(act).catch(() => undefined);
  });
}

/** Ends the process when the stop takes longer than it may; what was acknowledged is on stable storage all the time. */
export function limitStop(drainMs: number): void {
  const limitMs = drainMs + closingMs;
  const impatience = setTimeout(() => {
    printFailure(new CliError(75, `did not stop within ${limitMs / 1000} s`, 'the next start closes what was open'));
    process.exit(75);
  }, limitMs);
  impatience.unref();
}
