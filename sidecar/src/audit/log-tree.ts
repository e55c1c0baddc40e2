import type { Erasure } from './erasure.ts';
import type { LoggedRecord } from './logged-record.ts';
import type { Extent } from './tending.ts';
import type { TreeHead } from './tree.ts';

/** The Merkle tree over the durable records and its files, on this thread or on another. */
export interface LogTree {
  /** Takes the records of a block that is durable, as the journal wrote them; they are hashed later. */
  add(payload: Buffer): void;
  /**
   * Hashes `size` leaves and makes everything durable that a checkpoint of the tree needs. Answers the head, which may be
   * larger.
   */
  write(size: number): Promise<TreeHead>;
  /** The checkpoint of the last {@link write} is published: forgets what is on disk and removes what it replaced. */
  published(): Promise<void>;
  /** The records from leaf index `start` up to but not including `end`, all of which were added. */
  records(start: number, end: number): Promise<LoggedRecord[]>;
  /** RFC 6962 section 2.1.1. */
  inclusion(index: number, size: number): Promise<Buffer[]>;
  /** RFC 6962 section 2.1.2. */
  consistency(earlierSize: number, size: number): Promise<Buffer[]>;
  /**
   * Looks after one group of the published files: finds one that was removed, removes what a crash or a pruning left.
   *
   * @throws SidecarError `audit_corrupt`
   */
  tend(group: number, extent: Extent): Promise<void>;
  /** Erases what full published bundles say of one person; answers how many records that were. */
  erase(erasure: Erasure): Promise<number>;
  close(): Promise<void>;
}
