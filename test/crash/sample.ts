import { sizeIn, wholeNumberIn } from '../faults/run-size.ts';
import type { Chance } from './disk-image.ts';

/** How many are drawn. */
const wanted = countIn('FERROHSM_CRASH_IMAGES', '12');

/** Another one in each run; a failure names it. */
export const seed = wholeNumberIn(
  'FERROHSM_CRASH_SEED',
  process.env.FERROHSM_CRASH_SEED ?? `${Date.now() % 1_000_000}`,
);

/**
 * How many are drawn: what an environment variable says, `all` or a number from 1, or as many as usual.
 *
 * @throws Error for anything else: a run that draws nothing would pass
 */
export function countIn(variable: string, usual: string): number {
  const text = process.env[variable] ?? usual;
  return text === 'all' ? Number.POSITIVE_INFINITY : sizeIn(variable, text);
}

/** mulberry32. */
export function chanceOf(start: number): Chance {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One of each of as many equal stretches as are wanted. */
export function drawn<T>(all: readonly T[], chance: Chance, count = wanted): readonly T[] {
  if (count >= all.length) return all;
  const stretch = all.length / count;
  return Array.from({ length: count }, (_, number) => all[Math.floor((number + chance()) * stretch)] as T);
}

/** So many at once: each waits more than it works. */
const lanes = 4;

/** Works on all of them; answers what went wrong, with its seed. */
export async function failuresOf<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<string[]> {
  const failures: string[] = [];
  const rest = [...all];
  async function lane(): Promise<void> {
    for (let one = rest.shift(); one !== undefined; one = rest.shift()) {
      await work(one).catch((error: Error) => failures.push(`seed ${seed}, line ${one}: ${error.stack}`));
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane));
  return failures;
}
