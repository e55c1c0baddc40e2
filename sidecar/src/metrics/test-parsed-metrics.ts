import { createRequire } from 'node:module';

interface ParsedSample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: string;
}

interface ParsedFamily {
  readonly name: string;
  readonly metrics: readonly ParsedSample[];
}

/** Somebody else's reading of the text format; it has no types of its own. */
const parse = createRequire(import.meta.url)('parse-prometheus-text-format') as (text: string) => ParsedFamily[];

/** It takes histograms of one name for one, whatever their labels: as plain samples it tells them apart. */
const histogramTypes = /^# TYPE \S+ histogram\n/gm;

/** An exposition, read by a second implementation. */
export class ParsedMetrics {
  readonly #samples: ReadonlyMap<string, readonly ParsedSample[]>;

  constructor(text: string) {
    const samples = new Map<string, ParsedSample[]>();
    for (const { name, metrics } of parse(text.replaceAll(histogramTypes, ''))) {
      if (metrics.length > 0) samples.set(name, [...(samples.get(name) ?? []), ...metrics]);
    }
    this.#samples = samples;
  }

  /** Names of all samples. */
  get names(): ReadonlySet<string> {
    return new Set(this.#samples.keys());
  }

  /** Undefined where there is no such sample. */
  value(name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
    const wanted = Object.entries(labels);
    const fits = (sample: ParsedSample) => wanted.every(([label, value]) => sample.labels?.[label] === value);
    const sample = this.#samples.get(name)?.find(fits);
    return sample === undefined ? undefined : Number(sample.value);
  }

  labels(name: string): readonly Readonly<Record<string, string>>[] {
    return (this.#samples.get(name) ?? []).map(({ labels = {} }) => labels);
  }
}
