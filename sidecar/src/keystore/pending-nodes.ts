import type { NodeStore } from './merkle-tree.ts';

/** Nodes as they are stored, under those of a change that is not. */
export class PendingNodes implements NodeStore {
  readonly #stored: (prefix: string) => Buffer | undefined;
  #pending = new Map<string, Buffer | undefined>();

  constructor(stored: (prefix: string) => Buffer | undefined) {
    this.#stored = stored;
  }

  read(prefix: string): Buffer | undefined {
    return this.#pending.has(prefix) ? this.#pending.get(prefix) : this.#stored(prefix);
  }

  write(prefix: string, node: Buffer): void {
    this.#pending.set(prefix, node);
  }

  remove(prefix: string): void {
    this.#pending.set(prefix, undefined);
  }

  /** The change's nodes, to be stored; undefined where one goes. They are forgotten here. */
  take(): ReadonlyMap<string, Buffer | undefined> {
    const taken = this.#pending;
    this.#pending = new Map();
    return taken;
  }
}
