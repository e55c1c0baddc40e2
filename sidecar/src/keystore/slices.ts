import { setImmediate } from 'node:timers/promises';

/** Longest time in milliseconds for which one slice keeps the thread from answering requests. */
const sliceMs = 2;

/**
 * Runs work that takes long in slices; requests are answered between them.
 *
 * @param work may be left after each step
 * @param beforeSlice ends the work by throwing
 */
export async function inSlices<T>(work: Generator<unknown, T>, beforeSlice: () => void): Promise<T> {
  for (;;) {
    beforeSlice();
    const end = performance.now() + sliceMs;
    do {
      const step = work.next();
      if (step.done === true) return step.value;
    } while (performance.now() < end);
    await setImmediate();
  }
}
