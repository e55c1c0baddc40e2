import { createInTurn } from '../in-turn.ts';
import { type LogSigners, signCheckpoint } from './checkpoint.ts';
import { isPresent, type LogFiles, replaceFile } from './files.ts';
import type { Journal } from './journal.ts';
import type { CheckpointMark } from './journal-payload.ts';
import type { LogTree } from './log-tree.ts';
import { damaged } from './refusal.ts';
import { checkpointName, markOf, type PublishedCheckpoint, tilesName } from './stored-log.ts';

/** Checkpoints whose cosignatures may still come. */
const recentMax = 256;

/** The last checkpoint with its quorum: a busy log has a newer one already when the witnesses answer. */
const witnessedName = 'checkpoint.witnessed';

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
  #signers: LogSigners;
  /** Sign every checkpoint that covers the record which names them. */
  #successor: { readonly signers: LogSigners; readonly recordIndex: number } | undefined;
  #published: PublishedCheckpoint;
  #publishedBytes = 0;
  /** Published lately, by their size: witnesses answer later. */
  readonly #recent = new Map<number, PublishedCheckpoint>();
  /** The last one that enough witnesses cosigned. */
  #cosigned: PublishedCheckpoint | undefined;
  readonly #inTurn = createInTurn();

  constructor(options: PublicationOptions) {
    this.#options = options;
    this.#published = options.published;
    this.#signers = options.published.signers;
    this.#remember(options.published);
  }

  get published(): PublishedCheckpoint {
    return this.#published;
  }

  /** Bytes of records that a published checkpoint covers, counted since the start. */
  get publishedBytes(): number {
    return this.#publishedBytes;
  }

  /** The newest keys, whether they have signed a checkpoint or not. */
  get signers(): LogSigners {
    return this.#successor?.signers ?? this.#signers;
  }

  /** From the record at that index on, other keys sign. */
  succeed(signers: LogSigners, recordIndex: number): void {
    this.#successor = { signers, recordIndex };
  }

  #signersFor(size: number): LogSigners {
    const successor = this.#successor;
    if (successor === undefined || size <= successor.recordIndex) return this.#signers;
    this.#signers = successor.signers;
    this.#successor = undefined;
    return this.#signers;
  }

  /** The checkpoint to prove a record by: one with cosignatures, if there is one that covers it. */
  covering(index: number): PublishedCheckpoint {
    return this.#cosigned !== undefined && this.#cosigned.head.size > index ? this.#cosigned : this.#published;
  }

  /** Adds lines of witnesses to a checkpoint of that size. */
  cosign(lines: readonly string[], size: number): Promise<void> {
    const own = this.#recent.get(size);
    if (own === undefined) return Promise.resolve();
    const cosigned = { ...own, cosignatures: lines.join('') };
    this.#cosigned = cosigned;
    return this.#inTurn(async () => {
      const { files, folder } = this.#options;
      await replaceFile(files, folder, witnessedName, cosigned.note + cosigned.cosignatures);
      if (this.#published.head.size !== size) return;
      await replaceFile(files, folder, checkpointName, cosigned.note + cosigned.cosignatures);
      this.#published = cosigned;
    });
  }

  /** Resolves when no file is being replaced. */
  idle(): Promise<void> {
    return this.#inTurn(async () => undefined);
  }

  /**
   * Publishes a checkpoint over the durable records.
   *
   * @param addedBytes of records that were given to the tree so far
   * @param timeMs milliseconds since 1970
   */
  async publish(size: number, addedBytes: number, timeMs: number): Promise<string> {
    const { files, folder, origin, journal, tree, appendMark } = this.#options;
    if (size === this.#published.head.size) return this.#published.note;
    const head = await tree.write(size);
    const signers = this.#signersFor(head.size);
    const note = signCheckpoint(origin, head, signers, timeMs);
    // The journal knows it before anybody else can: a start never signs another root for that size.
    await appendMark(markOf(head, note));
    await this.#inTurn(async () => {
      await replaceFile(files, folder, checkpointName, note);
      this.#published = { note, head, cosignatures: '', signers };
    });
    this.#remember(this.#published);
    this.#publishedBytes = addedBytes;
    await tree.published();
    await journal.removeCovered(head.size);
    await this.requireInPlace();
    return note;
  }

  #remember(published: PublishedCheckpoint): void {
    this.#recent.set(published.head.size, published);
    for (const size of this.#recent.keys()) {
      if (this.#recent.size <= recentMax) return;
      this.#recent.delete(size);
    }
  }

  /** @throws SidecarError `audit_corrupt` when somebody removed the log, or removed or replaced the file that records go to */
  async requireInPlace(): Promise<void> {
    const { journal, files, folder } = this.#options;
    if (!(await journal.isInPlace())) throw damaged('journal', 'its file was removed while the log was open');
    const names = this.#published.head.size === 0 ? [checkpointName] : [checkpointName, tilesName];
    for (const name of names) {
      if (!(await isPresent(files, `${folder}/${name}`))) throw damaged(name, 'was removed while the log was open');
    }
  }
}
