import { type RotationRecord, rotationOf } from './key-succession.ts';
import { readRecord } from './record-form.ts';

const problemsMax = 16;

/** Checks the records of a log in their order. */
export class RecordCheck {
  readonly problems: string[] = [];
  /** Those of the log's keys. */
  readonly rotations: RotationRecord[] = [];
  /** Index of the first record that is not as it must be. */
  firstBad: number | undefined;
  #timeMs: number;

  /** @param timeMs of the last record before the first one here */
  constructor(timeMs: number) {
    this.#timeMs = timeMs;
  }

  get isClean(): boolean {
    return this.problems.length === 0;
  }

  /** Of the last record. */
  get timeMs(): number {
    return this.#timeMs;
  }

  add(entry: Uint8Array, index: number): void {
    const reading = readRecord(entry);
    if ('reason' in reading) {
      this.#note(index, `no record: ${reading.reason}`);
      return;
    }
    const { time } = reading.record;
    if (time < this.#timeMs) this.#note(index, `time ${time} is before ${this.#timeMs}, the time of an earlier record`);
    this.#timeMs = Math.max(this.#timeMs, time);
    const rotation = rotationOf(reading.record, entry);
    if (rotation !== undefined) this.rotations.push(rotation);
  }

  #note(index: number, what: string): void {
    this.firstBad ??= index;
    if (this.problems.length < problemsMax) this.problems.push(`entry ${index}: ${what}`);
  }
}
