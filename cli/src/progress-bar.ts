import { stopWaiting } from './waiting-line.ts';

const barWidth = 30;
/** Work that is over sooner needs no bar. */
const shownAfterMs = 1000;
const redrawMs = 100;

/** A bar on standard error, when that is a terminal and the work takes longer than a second. */
export class ProgressBar {
  readonly #label: string;
  readonly #startedAt = performance.now();
  #drawnAt = 0;
  #drawn = false;

  constructor(label: string) {
    this.#label = label;
  }

  show(done: number, total: number): void {
    const now = performance.now();
    if (!process.stderr.isTTY || now - this.#startedAt < shownAfterMs || now - this.#drawnAt < redrawMs) return;
    stopWaiting();
    this.#drawnAt = now;
    this.#drawn = true;
    const filled = Math.round((done / total) * barWidth);
    const bar = '#'.repeat(filled).padEnd(barWidth, '.');
    process.stderr.write(`\r${this.#label} [${bar}] ${Math.floor((done / total) * 100)} %`);
  }

  /** Wipes the line. */
  end(): void {
    if (this.#drawn) process.stderr.write('\r\u001b[K');
  }
}
