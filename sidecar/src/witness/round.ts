import type { CosignedTree } from './cosigned-tree.ts';
import type { LogPolicy } from './log-policy.ts';
import { isQuorum } from './quorum.ts';
import type { Cosignatures } from './witness-client.ts';

/** The cosignatures of one checkpoint, which all witnesses are asked for together: a quorum is one of the same tree. */
export class Round {
  readonly tree: CosignedTree;
  readonly #policy: LogPolicy;
  readonly #lines = new Map<string, string>();

  constructor(tree: CosignedTree, policy: LogPolicy) {
    this.tree = tree;
    this.#policy = policy;
  }

  get hasQuorum(): boolean {
    return isQuorum(this.#policy, new Set(this.#lines.keys()));
  }

  /** Each with its newline, ready to follow the log's own lines. */
  get lines(): readonly string[] {
    return [...this.#lines.values()];
  }

  add(cosignatures: Cosignatures): void {
    for (const [name, line] of cosignatures) this.#lines.set(name, line);
  }
}
