import type { DatabaseSync } from 'node:sqlite';
import { corruption } from './corruption.ts';
import { guarded } from './database.ts';
import { checkFile } from './file-check.ts';
import { MerkleTree } from './merkle-tree.ts';
import { PendingNodes } from './pending-nodes.ts';
import { type ProvenRows, readProven } from './proven-rows.ts';
import { kindOf, RowTables, sealedKinds } from './row-tables.ts';
import type { StoreState } from './store-state.ts';

/**
 * The store as it was in one moment, however it changes meanwhile: a transaction on a connection of its own that only
 * reads. While one is open, the write-ahead log grows and a turnover waits with its last step.
 */
export class Snapshot implements ProvenRows, Disposable {
  readonly state: StoreState;
  readonly #database: DatabaseSync;
  readonly #tree: MerkleTree;
  readonly #tables: RowTables;

  /**
   * @param database in a transaction that has read the state; the snapshot closes it
   * @param state that it read, authenticated
   */
  constructor(database: DatabaseSync, state: StoreState) {
    this.state = state;
    this.#database = database;
    this.#tree = new MerkleTree(new PendingNodes(database), Buffer.from(state.root, 'hex'));
    this.#tables = new RowTables(database);
  }

  read(path: string): Buffer | undefined {
    return readProven(this.#tree, this.#tables, path);
  }

  pathsBetween(from: string, before: string, limit: number): string[] {
    return guarded(() => this.#tables.between(from, before, limit));
  }

  /**
   * Checks that tree and rows are exactly what the state says; may be left after each step.
   *
   * @param check sees the path of each proven row
   * @returns number of rows
   */
  *check(check: (path: string) => void): Generator<void, number> {
    const leaves = yield* this.#leaves();
    const counts = yield* this.#proven(this.#tables.paths(), check);
    const rows = [...counts.values()].reduce((sum, count) => sum + count, 0);
    if (rows !== leaves) throw corruption('a row is missing');
    this.#compare(counts, Object.keys(this.state.counts));
    return rows;
  }

  /** The same of the rows with sealed secrets alone. */
  *checkSealed(check: (path: string) => void): Generator<void, void> {
    this.#compare(yield* this.#proven(this.#tables.sealedPaths(), check), sealedKinds);
  }

  /** Checks the structure of the database file. */
  async checkFile(): Promise<void> {
    await checkFile(this.#database);
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }

  /** Counts the rows by kind. */
  *#proven(paths: Iterable<string>, check: (path: string) => void): Generator<void, ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    for (const path of paths) {
      if (this.read(path) === undefined) throw corruption('a row vanished');
      counts.set(kindOf(path), (counts.get(kindOf(path)) ?? 0) + 1);
      check(path);
      yield;
    }
    return counts;
  }

  #compare(counts: ReadonlyMap<string, number>, kinds: readonly string[]): void {
    for (const kind of kinds) {
      if ((this.state.counts[kind] ?? 0) !== (counts.get(kind) ?? 0))
        throw corruption(`the number of ${kind} rows differs`);
    }
  }

  *#leaves(): Generator<void, number> {
    let [reached, leaves] = [0, 0];
    for (const count of this.#tree.nodes()) {
      reached++;
      leaves += count;
      yield;
    }
    for (const _ of this.#database.prepare('SELECT prefix FROM nodes').iterate()) {
      reached--;
      yield;
    }
    if (reached !== 0) throw corruption('the tree has nodes that nothing refers to');
    return leaves;
  }
}
