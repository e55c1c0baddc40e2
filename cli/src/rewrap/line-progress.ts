import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { unreadable } from '../input.ts';
import type { RewrapCheckpoint } from './rewrap-journal.ts';
import { RewrapTally } from './rewrap-tally.ts';
import { isEnded, type LinePlace, type TextLine } from './text-lines.ts';

/** How far a job over the lines of a file is, and what its input was up to there. */
export class LineProgress implements LinePlace {
  readonly tally: RewrapTally;
  readonly #hash: Hash;
  #offsetBytes: number;
  #lines: number;
  #isBetweenLines = true;

  private constructor(hash: Hash, before?: RewrapCheckpoint) {
    this.#hash = hash;
    this.#offsetBytes = before?.inputBytes ?? 0;
    this.#lines = before?.lines ?? 0;
    this.tally = new RewrapTally(before?.counts);
  }

  static atStart(): LineProgress {
    return new LineProgress(createHash('sha256'));
  }

  /**
   * Where a checkpoint left the job; undefined when the input up to there is not what it was.
   *
   * @throws CliError 66
   */
  static async from(checkpoint: RewrapCheckpoint, input: string): Promise<LineProgress | undefined> {
    const hash = createHash('sha256');
    if (checkpoint.inputBytes > 0) await hashStart(hash, input, checkpoint.inputBytes);
    return hash.copy().digest('hex') === checkpoint.inputSha256 ? new LineProgress(hash, checkpoint) : undefined;
  }

  get offsetBytes(): number {
    return this.#offsetBytes;
  }

  get lines(): number {
    return this.#lines;
  }

  /** A line has its outcome. */
  pass(line: TextLine): void {
    this.#hash.update(line.bytes);
    this.#offsetBytes += line.bytes.length;
    this.#lines = line.number;
    this.#isBetweenLines = isEnded(line);
  }

  /** Undefined behind a line without its end: what somebody still writes belongs to it, so a job cannot go on there. */
  checkpoint(draftBytes: number): RewrapCheckpoint | undefined {
    if (!this.#isBetweenLines) return undefined;
    return {
      inputBytes: this.#offsetBytes,
      lines: this.#lines,
      inputSha256: this.#hash.copy().digest('hex'),
      draftBytes,
      counts: this.tally.counts,
    };
  }
}

async function hashStart(hash: Hash, path: string, lengthBytes: number): Promise<void> {
  try {
    for await (const piece of createReadStream(path, { end: lengthBytes - 1 })) hash.update(piece as Buffer);
  } catch (error) {
    throw unreadable(path, error);
  }
}
