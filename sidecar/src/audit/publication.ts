import { type LogSigners, signCheckpoint } from './checkpoint.ts';
import { type LogFiles, replaceFile } from './files.ts';
import type { Journal } from './journal.ts';
import type { CheckpointMark } from './journal-payload.ts';
import type { LogTree } from './log-tree.ts';
import { damaged } from './refusal.ts';
import { checkpointName, markOf, type PublishedCheckpoint } from './stored-log.ts';

export interface PublicationOptions {
  readonly files: LogFiles;
  readonly folder: string;
  readonly origin: string;
  readonly journal: Journal;
  readonly tree: LogTree;
  readonly published: PublishedCheckpoint;
  /** Resolves when the journal knows of the checkpoint. */
  readonly appendMark: (mark: CheckpointMark) => Promise<void>;
}

/** The checkpoint that everybody sees, and its replacement by the next one. */
export class Publication {
  readonly #options: PublicationOptions;
  /** Sign the next checkpoint. */
  signers: LogSigners;
  #published: PublishedCheckpoint;
  #publishedBytes = 0;

  constructor(options: PublicationOptions) {
    this.#options = options;
    this.#published = options.published;
    this.signers = options.published.signers;
  }

  get published(): PublishedCheckpoint {
    return this.#published;
  }

  /** Bytes of records that a published checkpoint covers, counted since the start. */
  get publishedBytes(): number {
    return this.#publishedBytes;
  }

  /**
   * Publishes a checkpoint over the durable records.
   *
   * @param addedBytes of records that were given to the tree so far
   * @param timeMs milliseconds since 1970
   */
  async publish(size: number, addedBytes: number, timeMs: number): Promise<string> {
    const { files, folder, origin, journal, tree, appendMark } = this.#options;
    // What is covered from here on is covered with these keys.
    const { signers } = this;
    if (size === this.#published.head.size) return this.#published.note;
    const head = await tree.write(size);
    const note = signCheckpoint(origin, head, signers, timeMs);
    // The journal knows it before anybody else can: a start never signs another root for that size.
    await appendMark(markOf(head, note));
    await replaceFile(files, folder, checkpointName, note);
    this.#published = { note, head, cosignatures: '', signers };
    this.#publishedBytes = addedBytes;
    await tree.published();
    await journal.removeCovered(head.size);
    await this.requireInPlace();
    return note;
  }

  /** @throws SidecarError `audit_corrupt` when somebody removed or replaced the file that records go to */
  async requireInPlace(): Promise<void> {
    if (await this.#options.journal.isInPlace()) return;
    throw damaged('journal', 'its file was removed while the log was open');
  }
}
