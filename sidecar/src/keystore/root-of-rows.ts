import { DatabaseSync, type StatementSync } from 'node:sqlite';
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
  readonly #put: StatementSync;
  readonly #tree: MerkleTree;

  constructor() {
    this.#database.exec('CREATE TABLE nodes (prefix TEXT PRIMARY KEY NOT NULL, node BLOB NOT NULL) STRICT');
    const select = this.#database.prepare('SELECT node FROM nodes WHERE prefix = ?');
    this.#nodes = new PendingNodes((prefix) => {
      const node = select.get(prefix)?.node;
      return node instanceof Uint8Array ? Buffer.from(node.buffer, node.byteOffset, node.length) : undefined;
    });
    this.#put = this.#database.prepare('INSERT OR REPLACE INTO nodes (prefix, node) VALUES (?, ?)');
    this.#tree = MerkleTree.create(this.#nodes);
  }

  add(rows: readonly CopiedRow[]): void {
    this.#tree.change(rows.map(({ path, value, hash }) => ({ key: pathHash(path), value: hash ?? valueHash(value) })));
    this.#database.exec('BEGIN');
    // The tree of rows that are only added never loses a node.
    for (const [prefix, node = null] of this.#nodes.take()) this.#put.run(prefix, node);
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
