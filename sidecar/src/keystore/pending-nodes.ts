import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { NodeStore } from './merkle-tree.ts';

/** Tree nodes of the database under those of the running change: each node is written once a change. */
export class PendingNodes implements NodeStore {
  readonly #select: StatementSync;
  readonly #upsert: StatementSync;
  readonly #remove: StatementSync;
  readonly #pending = new Map<string, Buffer | undefined>();

  constructor(database: DatabaseSync) {
    this.#select = database.prepare('SELECT node FROM nodes WHERE prefix = ?');
    this.#upsert = database.prepare(
      'INSERT INTO nodes (prefix, node) VALUES (?, ?) ON CONFLICT (prefix) DO UPDATE SET node = excluded.node',
    );
    this.#remove = database.prepare('DELETE FROM nodes WHERE prefix = ?');
  }

  read(prefix: string): Buffer | undefined {
    if (this.#pending.has(prefix)) return this.#pending.get(prefix);
    const node = this.#select.get(prefix)?.node;
    return node instanceof Uint8Array ? Buffer.from(node.buffer, node.byteOffset, node.length) : undefined;
  }

  write(prefix: string, node: Buffer): void {
    this.#pending.set(prefix, node);
  }

  remove(prefix: string): void {
    this.#pending.set(prefix, undefined);
  }

  /** Writes the change's nodes to the database, inside the caller's transaction. */
  flush(): void {
    for (const [prefix, node] of this.#pending) {
      if (node === undefined) this.#remove.run(prefix);
      else this.#upsert.run(prefix, node);
    }
    this.#pending.clear();
  }

  /** Forgets the change's nodes. */
  discard(): void {
    this.#pending.clear();
  }
}
