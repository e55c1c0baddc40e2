import type { DatabaseSync } from 'node:sqlite';
import { SidecarError } from '../errors.ts';
import { corruption } from './corruption.ts';
import { checkpoint, guarded, isDiskFull, openReader } from './database.ts';
import { MerkleTree } from './merkle-tree.ts';
import { PendingNodes } from './pending-nodes.ts';
import { type ProvenRows, pathHash, readProven, valueHash } from './proven-rows.ts';
import { kindOf, RowTables } from './row-tables.ts';
import { Snapshot } from './snapshot.ts';
import type { StateRow, StoreState } from './store-state.ts';

/** The writes that one change may make; all of them become durable together or none does. */
export interface RowChanges {
  put(path: string, value: Buffer): void;
  /** Removes a row that is there. */
  delete(path: string): void;
}

/**
 * Rows by path (`kind/...`), each proved against the authenticated tree when it is read; a row's absence is proved
 * as well. The root of the process's own last change is the truth, whatever the file says.
 */
export class AuthenticatedRows implements ProvenRows {
  readonly #database: DatabaseSync;
  readonly #tables: RowTables;
  #stateRow: StateRow;
  #state: StoreState;
  #tree: MerkleTree;
  #nodes: PendingNodes;
  readonly #onStopped: (error: SidecarError) => void;
  #stopped = false;

  /**
   * @param state comes from `stateRow` (read, or just written)
   * @param onStopped called once when nobody knows any more what the disk holds
   */
  constructor(database: DatabaseSync, stateRow: StateRow, state: StoreState, onStopped: (error: SidecarError) => void) {
    this.#onStopped = onStopped;
    this.#database = database;
    this.#stateRow = stateRow;
    this.#state = state;
    this.#nodes = new PendingNodes(database);
    this.#tree = new MerkleTree(this.#nodes, Buffer.from(state.root, 'hex'));
    this.#tables = new RowTables(database);
  }

  /** @throws SidecarError `keystore_unavailable` once nobody knows what the disk holds */
  get state(): StoreState {
    this.#assertRunning();
    return this.#state;
  }

  read(path: string): Buffer | undefined {
    this.#assertRunning();
    return readProven(this.#tree, this.#tables, path);
  }

  pathsBetween(from: string, before: string, limit: number): string[] {
    this.#assertRunning();
    return guarded(() => this.#tables.between(from, before, limit));
  }

  /** Up to `limit` paths of rows that lie where another generation sealed them. They are not proved. */
  pathsSealedBefore(limit: number): string[] {
    return guarded(() => this.#tables.sealedBefore(this.state.generation, limit));
  }

  /**
   * Runs `work` in one durable transaction; what it throws undoes everything.
   *
   * @param alter what else becomes of the state
   */
  change<T>(work: (changes: RowChanges) => T, alter: (state: StoreState) => StoreState = (state) => state): T {
    return this.#transact(work, alter, this.#stateRow);
  }

  /** Alters the state alone and writes it by another state row, which is taken over: its root key proves the store from now on. */
  changeStateRow(stateRow: StateRow, alter: (state: StoreState) => StoreState): void {
    const before = this.#stateRow;
    this.#transact(() => undefined, alter, stateRow);
    this.#stateRow = stateRow;
    before.close();
  }

  /** Alters the state alone and overwrites the last traces of the rows that earlier generations sealed. */
  clearSealedBefore(alter: (state: StoreState) => StoreState): void {
    this.#transact(() => this.#tables.clearBefore(this.state.generation), alter, this.#stateRow);
  }

  /** Writes to a table that the tree does not cover: durable as every change, and under the same rules when the disk fails. */
  writeBeside(work: () => void): void {
    this.#assertRunning();
    guarded(() => this.#database.exec('BEGIN IMMEDIATE'));
    try {
      guarded(work);
    } catch (error) {
      this.#undo();
      throw error;
    }
    this.#commit();
  }

  /** Everything that was written becomes durable in the database itself; false while somebody reads an earlier state. */
  checkpoint(): boolean {
    this.#assertRunning();
    return checkpoint(this.#database);
  }

  /** The store as it is now, to be read while it changes. */
  snapshot(): Snapshot {
    this.#assertRunning();
    const reader = guarded(() => openReader(this.#database.location() ?? ''));
    try {
      guarded(() => reader.exec('BEGIN'));
      this.#stateRow.assertCurrent(reader);
      return new Snapshot(reader, this.#state);
    } catch (error) {
      reader.close();
      throw error;
    }
  }

  /** A check that refuses once someone else has written to the database since now. */
  outsideWrites(): { refuse(): void } {
    this.#assertRunning();
    const version = this.#dataVersion();
    return {
      refuse: () => {
        this.#assertRunning();
        if (this.#dataVersion() !== version) throw corruption('the database was changed from outside');
      },
    };
  }

  close(): void {
    this.#stopped = true;
    this.#stateRow.close();
    this.#database.close();
  }

  #transact<T>(work: (changes: RowChanges) => T, alter: (state: StoreState) => StoreState, stateRow: StateRow): T {
    this.#assertRunning();
    guarded(() => this.#database.exec('BEGIN IMMEDIATE'));
    let result: T;
    let accept: () => void;
    const counts = { ...this.#state.counts };
    try {
      this.#stateRow.assertCurrent();
      result = guarded(() => work(this.#changes(counts)));
      guarded(() => this.#nodes.flush());
      const changed = { counter: this.#state.counter + 1, root: this.#tree.root.toString('hex'), counts };
      const next = alter({ ...this.#state, ...changed });
      const written = stateRow.write(next);
      accept = () => {
        written.accept();
        this.#state = next;
      };
    } catch (error) {
      this.#undo();
      throw error;
    }
    this.#commit();
    accept();
    return result;
  }

  #changes(counts: Record<string, number>): RowChanges {
    return {
      put: (path, value) => {
        if (this.read(path) === undefined) counts[kindOf(path)] = (counts[kindOf(path)] ?? 0) + 1;
        this.#tree.set(pathHash(path), valueHash(value));
        this.#tables.put(path, value, this.#state.generation);
      },
      delete: (path) => {
        // Read like any other, so that a row that was tampered with is not removed unnoticed.
        if (this.read(path) === undefined) throw corruption(`a ${kindOf(path)} row is missing`);
        this.#tree.delete(pathHash(path));
        counts[kindOf(path)] = (counts[kindOf(path)] ?? 0) - 1;
        this.#tables.remove(path, this.#state.generation);
      },
    };
  }

  #commit(): void {
    try {
      this.#database.exec('COMMIT');
    } catch (error) {
      // After a failed sync the next one may report success for pages that never reached the disk, and the next start may
      // find the change made after all: whoever asked for it must not be told how it ended.
      if (!isDiskFull(error)) this.#stop();
      this.#undo();
      guarded(() => {
        throw error;
      });
    }
  }

  #undo(): void {
    this.#nodes.discard();
    this.#tree = new MerkleTree(this.#nodes, Buffer.from(this.#state.root, 'hex'));
    try {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
    } catch {
      this.#stop();
    }
  }

  #stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#onStopped(stopped());
  }

  #assertRunning(): void {
    if (this.#stopped) throw stopped();
  }

  /** SQLite's number that changes whenever another connection has written; the reader's own never does. */
  #dataVersion(): unknown {
    return guarded(() => this.#database.prepare('PRAGMA data_version').get())?.data_version;
  }
}

function stopped(): SidecarError {
  return new SidecarError('keystore_unavailable', 'a write failed: nobody knows whether it reached the disk');
}
