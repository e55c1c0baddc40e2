import { corruption } from './corruption.ts';
import { MerkleTree } from './merkle-tree.ts';
import { PendingNodes } from './pending-nodes.ts';
import { type ProvenRows, readAllProven, readProven } from './proven-rows.ts';
import { kindOf, sealedKinds } from './row-kinds.ts';
import type { NameRange, StoredRows } from './storage/row-storage.ts';
import type { StoreState } from './store-state.ts';

/** Two megabytes at most. */
const keptLevels = 4;

/**
 * The store as it was in one moment, however it changes meanwhile: it reads only. While one is
 * open, the storage keeps what it reads, and a turnover waits with its last step.
 */
export class Snapshot implements ProvenRows, Disposable {
  readonly state: StoreState;
  readonly #rows: StoredRows & Disposable;
  readonly #tree: MerkleTree;

  /**
   * @param rows taken over
   * @param state of those rows, authenticated
   */
  constructor(rows: StoredRows & Disposable, state: StoreState) {
    this.state = state;
    this.#rows = rows;
    const nodes = new PendingNodes((prefix) => rows.node(prefix));
    this.#tree = new MerkleTree(nodes, Buffer.from(state.root, 'hex'), keptLevels);
  }

  read(path: string): Buffer | undefined {
    return readProven(this.#tree, this.#rows, path);
  }

  readAll(paths: readonly string[]): (Buffer | undefined)[] {
    return readAllProven(this.#tree, this.#rows, paths);
  }

  pathsBetween(from: string, before: string, limit: number): string[] {
    return this.#rows.pathsBetween(from, before, limit);
  }

  namesUnder(terms: readonly [string, ...string[]], range: NameRange): string[] {
    return this.#rows.namesUnder(terms, range);
  }

  /** Names that stand under terms, each as often. */
  get termCount(): number {
    return this.#rows.termCount();
  }

  /**
   * Checks that tree and rows are exactly what the state says; may be left after each step.
   *
   * @param check sees the path of each proven row
   * @returns number of rows
   */
  *check(check: (path: string) => void): Generator<void, number> {
    const leaves = yield* this.#leaves();
    const counts = yield* this.#proven(this.#rows.paths(), check);
    const rows = [...counts.values()].reduce((sum, count) => sum + count, 0);
    if (rows !== leaves) throw corruption('a row is missing');
    this.#compare(counts, Object.keys(this.state.counts));
    return rows;
  }

  /** The same of the rows with sealed secrets alone. */
  *checkSealed(check: (path: string) => void): Generator<void, void> {
    this.#compare(yield* this.#proven(this.#rows.sealedPaths(), check), sealedKinds);
  }

  /** Checks what the medium itself can tell of its soundness. */
  async checkMedium(): Promise<void> {
    await this.#rows.check();
  }

  [Symbol.dispose](): void {
    this.#rows[Symbol.dispose]();
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
    for (const _ of this.#rows.nodes()) {
      reached--;
      yield;
    }
    if (reached !== 0) throw corruption('the tree has nodes that nothing refers to');
    return leaves;
  }
}
