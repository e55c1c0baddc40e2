import { afterAll, describe, test } from 'vitest';
import { countOf } from './count.ts';

/** Vectors at a time. */
const batchSize = 10;

interface Skipped {
  readonly count: number;
  readonly groups: readonly string[];
}

/** The vectors of one file or function: a test for each group, and at the end a line with the counts. */
export class Section {
  readonly #title: string;
  readonly #skipped = new Map<string, Skipped>();
  #passed = 0;

  constructor(title: string) {
    this.#title = title;
    afterAll(() => console.log(this.#summary()));
  }

  /** A test that holds when `check` does for every vector. */
  check<T>(group: string, vectors: readonly T[], check: (vector: T) => Promise<void>): void {
    describe(this.#title, () => {
      test(`${group}: ${countOf(vectors.length)}`, async () => {
        for (let start = 0; start < vectors.length; start += batchSize) {
          const batch = vectors.slice(start, start + batchSize);
          await Promise.all(batch.map((vector, place) => checkNamed(check, vector, start + place)));
          this.#passed += batch.length;
        }
      });
    });
  }

  /**
   * Vectors that the interface of the sidecar cannot express, or whose algorithm it does not have. Fails the run
   * unless known-skips.json has them with the same number and reason.
   */
  skip(group: string, count: number, reason: string): void {
    const skipped = this.#skipped.get(reason) ?? { count: 0, groups: [] };
    this.#skipped.set(reason, { count: skipped.count + count, groups: [...skipped.groups, group] });
    describe(this.#title, () => {
      test.skip(`${group}: ${countOf(count)}: ${reason}`, () => {});
    });
  }

  #summary(): string {
    const skipped = [...this.#skipped.values()].reduce((sum, { count }) => sum + count, 0);
    const details = [...this.#skipped].map(
      ([reason, { count, groups }]) => `  skipped ${count}, ${reason}: ${groups.join(', ')}`,
    );
    return [`${this.#title}: ${this.#passed} passed, ${skipped} skipped`, ...details].join('\n');
  }
}

async function checkNamed<T>(check: (vector: T) => Promise<void>, vector: T, index: number): Promise<void> {
  try {
    await check(vector);
  } catch (cause) {
    const name = (vector as { tcId?: number | string }).tcId ?? `number ${index}`;
    throw new Error(`case ${name}: ${(cause as Error).message}`, { cause });
  }
}
