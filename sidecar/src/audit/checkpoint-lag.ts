/** How far the checkpoints are behind the records, in time that only runs on. */
export class CheckpointLag {
  /** When the oldest record came that no checkpoint covers. */
  #oldestMs: number | undefined;
  /** When the oldest record came that the checkpoint that is being made will not cover. */
  #oldestLaterMs: number | undefined;
  #publishedMs = performance.now();

  /** Milliseconds since the oldest record came that no checkpoint covers; 0 where there is none. */
  get lagMs(): number {
    return this.#oldestMs === undefined ? 0 : performance.now() - this.#oldestMs;
  }

  /** Milliseconds since the last checkpoint was published, or since the log was opened. */
  get ageMs(): number {
    return performance.now() - this.#publishedMs;
  }

  leavesArrived(): void {
    const nowMs = performance.now();
    this.#oldestMs ??= nowMs;
    this.#oldestLaterMs ??= nowMs;
  }

  /** A checkpoint over everything that has come is being made; they are made one at a time. */
  begin(): void {
    this.#oldestLaterMs = undefined;
  }

  published(): void {
    this.#oldestMs = this.#oldestLaterMs;
    this.#publishedMs = performance.now();
  }
}
