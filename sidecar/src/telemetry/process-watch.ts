import { readdirSync, readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Readings } from '../metrics/exposition.ts';
import { type Sample, single } from '../metrics/sample.ts';

/** How often the event loop is asked to be in time: a late turn is noticed when it is later than that. */
const resolutionMs = 20;
const quantiles: readonly number[] = [0.5, 0.9, 0.99, 1];

/** What the process takes of the machine, watched from now on. */
export class ProcessWatch implements Disposable {
  readonly #delay = monitorEventLoopDelay({ resolution: resolutionMs });

  constructor() {
    this.#delay.enable();
  }

  /** The delays since the last call. */
  readings(): Readings {
    const { user, system } = process.cpuUsage();
    return {
      eventLoopDelay: this.#delays(),
      cpu: single((user + system) / 1e6),
      residentMemory: single(process.memoryUsage.rss()),
      startTime: single(performance.timeOrigin / 1e3),
      ...descriptors(),
    };
  }

  [Symbol.dispose](): void {
    this.#delay.disable();
  }

  #delays(): Sample[] {
    const delays = this.#delay;
    // What is measured is the time between two turns, of which the resolution is meant.
    const seconds = (ns: number) => Math.max(0, ns / 1e9 - resolutionMs / 1e3);
    const samples = quantiles.map((quantile) => ({
      labels: [String(quantile)],
      value: delays.count === 0 ? 0 : seconds(delays.percentile(quantile * 100)),
    }));
    delays.reset();
    return samples;
  }
}

/** Linux alone tells; there too a sandbox may hide it. */
function descriptors(): Readings {
  try {
    // One of them reads the folder.
    const open = readdirSync('/proc/self/fd').length - 1;
    const [, most] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return { openDescriptors: single(open), ...(most !== undefined && { maxDescriptors: single(Number(most)) }) };
  } catch {
    return {};
  }
}
