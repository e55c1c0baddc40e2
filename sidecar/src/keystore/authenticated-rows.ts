import { hash } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { SidecarError } from '../errors.ts';
import { corruption } from './corruption.ts';
import { guarded, isDiskFull } from './database.ts';
import { MerkleTree } from './merkle-tree.ts';
import { PendingNodes } from './pending-nodes.ts';
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
export class AuthenticatedRows {
  readonly #database: DatabaseSync;
  readonly #stateRow: StateRow;
  readonly #select: StatementSync;
  readonly #upsert: StatementSync;
  readonly #remove: StatementSync;
  readonly #between: StatementSync;
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
    this.#select = database.prepare('SELECT value FROM rows WHERE path = ?');
    this.#upsert = database.prepare(
      'INSERT INTO rows (path, value) VALUES (?, ?) ON CONFLICT (path) DO UPDATE SET value = excluded.value',
    );
    this.#remove = database.prepare('DELETE FROM rows WHERE path = ?');
    this.#between = database.prepare('SELECT path FROM rows WHERE path >= ? AND path < ? ORDER BY path LIMIT ?');
  }

  /** @throws SidecarError `keystore_unavailable` once nobody knows what the disk holds */
  get state(): StoreState {
    this.#assertRunning();
    return this.#state;
  }

  /**
   * The row, or undefined when the tree proves that there is none.
   *
   * @throws SidecarError `keystore_corrupt` when the row is not what the tree says
   */
  read(path: string): Buffer | undefined {
    this.#assertRunning();
    const proven = guarded(() => this.#tree.find(pathHash(path)));
    const stored = guarded(() => this.#select.get(path))?.value;
    if (proven === undefined && stored === undefined) return undefined;
    if (!(stored instanceof Uint8Array) || proven === undefined || !valueHash(stored).equals(proven)) {
      throw corruption(`a ${kindOf(path)} row does not verify`);
    }
    return Buffer.from(stored);
  }

  /** Up to `limit` paths from one to before another, in byte order. They are not proved: read what they name. */
  pathsBetween(from: string, before: string, limit: number): string[] {
    this.#assertRunning();
    return guarded(() => this.#between.all(from, before, limit)).map((row) => String(row.path));
  }

  /** Runs `work` in one durable transaction; what it throws undoes everything. */
  change<T>(work: (changes: RowChanges) => T): T {
    this.#assertRunning();
    guarded(() => this.#database.exec('BEGIN IMMEDIATE'));
    let result: T;
    let accept: () => void;
    const counts = { ...this.#state.counts };
    try {
      this.#stateRow.assertCurrent();
      result = guarded(() => work(this.#changes(counts)));
      guarded(() => this.#nodes.flush());
      const next = { ...this.#state, counter: this.#state.counter + 1, root: this.#tree.root.toString('hex'), counts };
      const written = this.#stateRow.write(next);
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

  /** Checks the database file, every tree node and every row; `check` sees the path of each proven row. */
  verify(check: (path: string) => void): { rows: number; root: string } {
    this.#assertRunning();
    this.#stateRow.assertCurrent();
    const integrity = guarded(() => this.#database.prepare('PRAGMA integrity_check').all());
    if (integrity.length !== 1 || integrity[0]?.integrity_check !== 'ok') throw corruption('the database is malformed');
    const { nodes, leaves } = guarded(() => this.#tree.measure());
    if (this.#countOf('nodes') !== nodes) throw corruption('the tree has nodes that nothing refers to');
    const counts: Record<string, number> = {};
    for (const row of this.#database.prepare('SELECT path FROM rows').iterate()) {
      const path = String(row.path);
      if (this.read(path) === undefined) throw corruption('a row vanished');
      counts[kindOf(path)] = (counts[kindOf(path)] ?? 0) + 1;
      check(path);
    }
    const rows = Object.values(counts).reduce((sum, count) => sum + count, 0);
    if (rows !== leaves) throw corruption('a row is missing');
    for (const [kind, count] of Object.entries(this.#state.counts)) {
      if (count !== (counts[kind] ?? 0)) throw corruption(`the number of ${kind} rows differs`);
    }
    return { rows, root: this.#state.root };
  }

  close(): void {
    this.#stopped = true;
    this.#stateRow.close();
    this.#database.close();
  }

  #changes(counts: Record<string, number>): RowChanges {
    return {
      put: (path, value) => {
        if (this.read(path) === undefined) counts[kindOf(path)] = (counts[kindOf(path)] ?? 0) + 1;
        this.#tree.set(pathHash(path), valueHash(value));
        this.#upsert.run(path, value);
      },
      delete: (path) => {
        // Read like any other, so that a row that was tampered with is not removed unnoticed.
        if (this.read(path) === undefined) throw corruption(`a ${kindOf(path)} row is missing`);
        this.#tree.delete(pathHash(path));
        counts[kindOf(path)] = (counts[kindOf(path)] ?? 0) - 1;
        this.#remove.run(path);
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

  #countOf(table: 'nodes' | 'rows'): number {
    return guarded(() => Number(this.#database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n));
  }
}

function stopped(): SidecarError {
  return new SidecarError('keystore_unavailable', 'a write failed: nobody knows whether it reached the disk');
}

function pathHash(path: string): Buffer {
  return hash('sha256', `ferrohsm/row-path/v1\0${path}`, 'buffer');
}

function valueHash(value: Uint8Array): Buffer {
  return hash('sha256', value, 'buffer');
}

function kindOf(path: string): string {
  return path.slice(0, path.indexOf('/'));
}
