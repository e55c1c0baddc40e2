import { DatabaseSync } from 'node:sqlite';
import type { CopiedRow } from '../copied-rows.ts';
import { MerkleTree } from './merkle-tree.ts';
import { PendingNodes } from './pending-nodes.ts';
import { pathHash, valueHash } from './proven-rows.ts';

/**
 * The root that a store has with exactly the rows that were added, in any order. Its nodes lie in a temporary file
 * without a name, which holds hashes alone.
 */
export class RootOfRows implements Disposable {
  readonly #database = new DatabaseSync('');
  readonly #nodes: PendingNodes;
  readonly #tree: MerkleTree;

  constructor() {
    this.#database.exec('CREATE TABLE nodes (prefix TEXT PRIMARY KEY NOT NULL, node BLOB NOT NULL) STRICT');
    this.#nodes = new PendingNodes(this.#database);
    this.#tree = MerkleTree.create(this.#nodes);
  }

  add(rows: readonly CopiedRow[]): void {
    for (const { path, value, hash } of rows) this.#tree.set(pathHash(path), hash ?? valueHash(value));
    this.#database.exec('BEGIN');
    this.#nodes.flush();
    this.#database.exec('COMMIT');
  }

  /** 64 hexadecimal digits. */
  get root(): string {
    return this.#tree.root.toString('hex');
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}
