import { SidecarError } from '../errors.ts';
import { createInTurn } from '../in-turn.ts';
import type { LogSigners } from './checkpoint.ts';
import { bundlesBelow } from './erasure.ts';
import type { LogFiles } from './files.ts';
import type { Journal } from './journal.ts';
import { rotationEntry } from './key-rotation.ts';
import type { Erased } from './log.ts';
import type { LogTree } from './log-tree.ts';
import type { Publication } from './publication.ts';
import type { AuditEntry } from './record-encoding.ts';
import { writeRetention } from './retention.ts';
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
  readonly append: (entry: AuditEntry) => Promise<number>;
  /** Publishes a checkpoint that begins after this call. */
  readonly checkpoint: () => Promise<string>;
}

/** What is done to a log itself, one thing after the other: new keys, pruning, erasing who did it. */
export class Upkeep {
  readonly #options: UpkeepOptions;
  readonly #inTurn = createInTurn();
  #minimumIndex: number;

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
      await append(rotationEntry(origin, publication.signers, signers));
      // Only a checkpoint that covers the record may be the first one by the new keys: whoever pinned the old ones needs it.
      publication.signers = signers;
      await checkpoint();
    });
  }

  prune(minimumIndex: number): Promise<void> {
    return this.#inTurn(async () => {
      const { publication, tree } = this.#options;
      if (minimumIndex <= this.#minimumIndex) return;
      if (minimumIndex >= publication.published.head.size) {
        throw new SidecarError('data_invalid', `records up to ${minimumIndex} cannot be pruned yet`);
      }
      await writeRetention(this.#options, minimumIndex, publication.signers);
      this.#minimumIndex = minimumIndex;
      await tree.prune(minimumIndex);
    });
  }

  erasePersonal(principal: string, wantedEnd: number): Promise<Erased> {
    return this.#inTurn(async () => {
      const { journal, tree, checkpoint } = this.#options;
      await checkpoint();
      // What the journal still holds would come back with the next start.
      const end = bundlesBelow(Math.min(wantedEnd, journal.oldestIndex));
      const start = bundlesBelow(this.#minimumIndex);
      return { erased: await tree.erase({ principal, start, end }), endIndex: end * tileWidth };
    });
  }
}
