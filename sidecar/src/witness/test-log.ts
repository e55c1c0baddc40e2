import { cosign, type NoteKey, noteKey, signatureLine } from './test-keys.ts';
import { consistencyProof, leafHash, rootOf } from './test-tree.ts';

export const origin = 'hsm.example/host-a/audit';

/** A log in memory that signs as ours does: an Ed25519 line and an ML-DSA-44 line. */
export class TestLog {
  readonly keys: readonly NoteKey[];
  readonly #leaves: Buffer[] = [];

  constructor(keys: readonly NoteKey[] = [noteKey(origin, 1), noteKey(origin, 6)]) {
    this.keys = keys;
  }

  get size(): number {
    return this.#leaves.length;
  }

  /** Adds `count` entries that say `text`. */
  grow(count: number, text = 'entry'): this {
    for (let i = 0; i < count; i += 1) this.#leaves.push(leafHash(Buffer.from(`${text} ${this.size}`)));
    return this;
  }

  checkpoint(size = this.size): string {
    const head = { origin, size, root: rootOf(this.#leaves.slice(0, size)) };
    const body = `${origin}\n${size}\n${head.root.toString('base64')}\n`;
    const lines = this.keys.map((key) =>
      key.type === 1 ? signatureLine(key, key.sign(Buffer.from(body))) : cosign(key, head, 1_700_000_000),
    );
    return `${body}\n${lines.join('')}`;
  }

  readonly proof = async (earlierSize: number, size: number): Promise<readonly Buffer[]> =>
    consistencyProof(earlierSize, this.#leaves.slice(0, size));

  /** A log of the same keys with the first entries of this one, and then others. */
  fork(size: number): TestLog {
    const fork = new TestLog(this.keys);
    fork.#leaves.push(...this.#leaves.slice(0, size));
    return fork;
  }
}
