/** The first bucket holds what takes 50 us at most; each further one holds twice as long, up to 13 s. */
const firstBucketUs = 50;
const finiteBuckets = 19;

/** Upper bounds of the finite buckets, in seconds. */
export const bucketBoundsSeconds: readonly number[] = Object.freeze(
  Array.from({ length: finiteBuckets }, (_, index) => (firstBucketUs * 2 ** index) / 1e6),
);

/**
 * How long something took. The bounds are powers of two, so that a bucket is computed and not looked for: what is
 * measured is measured on the way of every request.
 */
export class DurationHistogram {
  /** Of each bucket alone; the last one has no bound. */
  readonly #counts = new Float64Array(finiteBuckets + 1);
  #sumMs = 0;

  observe(durationMs: number): void {
    this.#sumMs += durationMs;
    const index = bucketOf(durationMs);
    this.#counts[index] = (this.#counts[index] as number) + 1;
  }

  get count(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  get sumSeconds(): number {
    return this.#sumMs / 1e3;
  }

  /** Of each bucket with all before it, as Prometheus counts them; the last one counts all. */
  get cumulative(): readonly number[] {
    let sum = 0;
    return Array.from(this.#counts, (count) => {
      sum += count;
      return sum;
    });
  }
}

function bucketOf(durationMs: number): number {
  // The largest number of 32 bits is beyond the last bound.
  const steps = Math.min(Math.ceil((durationMs * 1e3) / firstBucketUs), 0xffff_ffff);
  return steps <= 1 ? 0 : Math.min(32 - Math.clz32(steps - 1), finiteBuckets);
}
