const interrupts = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Lets work end in good order when the process is asked to end; then the signal does what it always does. Whoever asks
 * twice does not wait.
 *
 * @param work ends soon after its signal is aborted
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const cancel = new AbortController();
  let asked: NodeJS.Signals | undefined;
  const restore = () => {
    for (const name of interrupts) process.removeListener(name, leave);
  };
  function leave(name: NodeJS.Signals): void {
    asked = name;
    restore();
    cancel.abort(new Error(`ended by ${name}`));
  }
  for (const name of interrupts) process.on(name, leave);
  try {
    return await work(cancel.signal);
  } finally {
    restore();
    if (asked !== undefined) process.kill(process.pid, asked);
  }
}
