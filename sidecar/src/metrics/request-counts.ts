import { DurationHistogram } from './duration-histogram.ts';
import type { Sample } from './sample.ts';

/** Requests of one method. */
class MethodCounts {
  ok = 0;
  readonly refused = new Map<string, number>();
  readonly duration = new DurationHistogram();
}

const ok = 'ok';

/** Requests by method and by how they ended: on the way of each, so that nothing is joined or made for one. */
export class RequestCounts {
  readonly #methods = new Map<string, MethodCounts>();

  /** @param code `ok`, or that of the refusal */
  answered(method: string, code: string, durationMs: number): void {
    const counts = this.#methods.get(method) ?? this.#begin(method);
    counts.duration.observe(durationMs);
    if (code === ok) counts.ok += 1;
    else counts.refused.set(code, (counts.refused.get(code) ?? 0) + 1);
  }

  /** By method and code. */
  answers(): Sample[] {
    return [...this.#methods].flatMap(([method, counts]) => {
      const codes = [[ok, counts.ok] as const, ...counts.refused];
      return codes.map(([code, value]) => ({ labels: [method, code], value }));
    });
  }

  /** By method. */
  durations(): Sample[] {
    return [...this.#methods].map(([method, { duration }]) => ({ labels: [method], value: duration }));
  }

  #begin(method: string): MethodCounts {
    const counts = new MethodCounts();
    this.#methods.set(method, counts);
    return counts;
  }
}
