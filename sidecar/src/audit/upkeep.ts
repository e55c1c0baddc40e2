import { SidecarError } from '../errors.ts';
import { createInTurn } from '../in-turn.ts';
import type { LogSigners } from './checkpoint.ts';
import type { LogFiles } from './files.ts';
import type { Journal } from './journal.ts';
import { rotationEntry } from './key-rotation.ts';
import type { Erased } from './log.ts';
import type { LogTree } from './log-tree.ts';
import type { Publication } from './publication.ts';
import type { AuditEntry } from './record-encoding.ts';
import { writeRetention } from './retention.ts';
import { type Extent, groupCount } from './tending.ts';
import { bundlesOf } from './tiles.ts';
import { tileWidth } from './tree.ts';

export interface UpkeepOptions {
  readonly files: LogFiles;
  readonly folder: string;
  readonly origin: string;
  readonly journal: Journal;
  readonly tree: LogTree;
  readonly publication: Publication;
  /** Records below it were pruned. */
  readonly minimumIndex: number;
  /** Appends a record, and answers its leaf index at once. */
  readonly append: (entry: AuditEntry) => { readonly index: number; readonly isDurable: Promise<number> };
  /** Publishes a checkpoint that begins after this call. */
  readonly checkpoint: () => Promise<string>;
}

/** Bundles whose openings are looked through in one turn of the tree. */
const erasedAtOnce = 64;

/** What is done to a log itself, one thing after the other: new keys, pruning, erasing who did it. */
export class Upkeep {
  readonly #options: UpkeepOptions;
  readonly #inTurn = createInTurn();
  #minimumIndex: number;
  #nextGroup = 0;

  constructor(options: UpkeepOptions) {
    this.#options = options;
    this.#minimumIndex = options.minimumIndex;
  }

  get minimumIndex(): number {
    return this.#minimumIndex;
  }

  rotateKeys(signers: LogSigners): Promise<void> {
    return this.#inTurn(async () => {
      const { origin, publication, append, checkpoint } = this.#options;
      if (publication.signers === signers) return;
      const { index, isDurable } = append(rotationEntry(origin, publication.signers, signers));
      // No checkpoint that covers the record may be by the old keys, and none before it by the new ones.
      publication.succeed(signers, index);
      await isDurable;
      // Before the checkpoint, so that no start finds a note by keys that are gone.
      if (this.#minimumIndex > 0) await writeRetention(this.#options, this.#minimumIndex, signers);
      await checkpoint();
    });
  }

  prune(minimumIndex: number): Promise<void> {
    return this.#inTurn(async () => {
      const { publication } = this.#options;
      if (minimumIndex <= this.#minimumIndex) return;
      if (minimumIndex >= publication.published.head.size) {
        throw new SidecarError('data_invalid', `records up to ${minimumIndex} cannot be pruned yet`);
      }
      await writeRetention(this.#options, minimumIndex, publication.signers);
      this.#minimumIndex = minimumIndex;
      await this.tendAll();
    });
  }

  /** Looks after every group of files, each in a turn of its own: checkpoints go on meanwhile. */
  async tendAll(): Promise<void> {
    for (let group = 0; group < groupCount(this.#extent); group += 1)
      await this.#options.tree.tend(group, this.#extent);
  }

  /** Looks after the next group. */
  async tendNext(): Promise<void> {
    this.#nextGroup = this.#nextGroup < groupCount(this.#extent) ? this.#nextGroup : 0;
    await this.#options.tree.tend(this.#nextGroup, this.#extent);
    this.#nextGroup += 1;
  }

  get #extent(): Extent {
    return { size: this.#options.publication.published.head.size, minimumIndex: this.#minimumIndex };
  }

  erasePersonal(principal: string, wantedEnd: number): Promise<Erased> {
    return this.#inTurn(async () => {
      const { journal, tree } = this.#options;
      await this.#rollJournal();
      // What the journal still holds would come back with the next start.
      const end = bundlesOf(Math.min(wantedEnd, journal.oldestIndex));
      let erased = 0;
      for (let start = bundlesOf(this.#minimumIndex); start < end; start += erasedAtOnce) {
        erased += await tree.erase({ principal, start, end: Math.min(end, start + erasedAtOnce) });
      }
      return { erased, endIndex: end * tileWidth };
    });
  }

  /** Goes on in a new segment of the journal, so that the records of before are in the tiles alone. */
  async #rollJournal(): Promise<void> {
    const { journal, append, checkpoint } = this.#options;
    await journal.prepareNext();
    journal.endSegment();
    await append({ phase: 'event', operation: 'log.journalRolled', outcome: 'ok' }).isDurable;
    await checkpoint();
  }
}
