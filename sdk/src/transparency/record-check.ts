import { readRecord } from './record-form.ts';

const problemsMax = 16;

/** Checks the records of a log in their order. */
export class RecordCheck {
  readonly problems: string[] = [];
  /** Index of the first record that is not as it must be. */
  firstBad: number | undefined;
  #timeMs = 0;

  add(entry: Uint8Array, index: number): void {
    const reading = readRecord(entry);
    if ('reason' in reading) {
      this.#note(index, `no record: ${reading.reason}`);
      return;
    }
    const { time } = reading.record;
    if (time < this.#timeMs) this.#note(index, `time ${time} is before ${this.#timeMs}, the time of an earlier record`);
    this.#timeMs = Math.max(this.#timeMs, time);
  }

  #note(index: number, what: string): void {
    this.firstBad ??= index;
    if (this.problems.length < problemsMax) this.problems.push(`entry ${index}: ${what}`);
  }
}
