import type { CosignedTree } from './cosigned-tree.ts';
import type { PolicyWitness } from './log-policy.ts';
import { SubmissionFailure } from './submission-failure.ts';
import type { Cosignatures, WitnessClient } from './witness-client.ts';

/** How long a witness is left alone after failures: twice as long after each, up to the longest; so long after a refusal. */
export interface BackOff {
  readonly firstMs: number;
  readonly longestMs: number;
}

export interface SubmitterOptions {
  readonly client: WitnessClient;
  readonly witnesses: readonly PolicyWitness[];
  readonly backOff: BackOff;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly onCosigned: (tree: CosignedTree, cosignatures: Cosignatures) => void;
  /** After each submission, however it ended. */
  readonly onFree: () => void;
  /** Once until a checkpoint is cosigned again, and when the reason changes. */
  readonly onRefused: (witness: string, failure: SubmissionFailure) => void;
  readonly onAccepted: (witness: string, failure: SubmissionFailure) => void;
}

export interface WitnessStatus {
  /** As the policy calls it. */
  readonly name: string;
  /** Entries of the largest tree that it has cosigned since the start. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly lastSuccessAt?: number;
  /** What is wrong with it now. */
  readonly failure?: SubmissionFailure;
}

/** Brings checkpoints to one witness: one under way, the newest waiting. */
export class Submitter {
  readonly #options: SubmitterOptions;
  readonly #statuses: Map<string, WitnessStatus>;
  readonly #stop = new AbortController();
  #newest: CosignedTree | undefined;
  #underWay: { readonly tree: CosignedTree; readonly ended: Promise<void> } | undefined;
  #pause: NodeJS.Timeout | undefined;
  /** Size of the last tree that needs no further submission. */
  #settledSize = -1;
  #failuresInRow = 0;
  #refusal: SubmissionFailure | undefined;

  constructor(options: SubmitterOptions) {
    this.#options = options;
    this.#statuses = new Map(options.witnesses.map(({ name }) => [name, { name, size: 0 }]));
  }

  offer(tree: CosignedTree): void {
    this.#newest = tree;
    this.#start();
  }

  isSubmitting(tree: CosignedTree): boolean {
    return this.#underWay?.tree === tree;
  }

  statuses(): readonly WitnessStatus[] {
    return [...this.#statuses.values()];
  }

  /** Gives up what is under way. */
  async close(): Promise<void> {
    this.#stop.abort();
    clearTimeout(this.#pause);
    await this.#underWay?.ended;
  }

  #start(): void {
    const tree = this.#newest;
    if (this.#stop.signal.aborted || this.#underWay !== undefined || this.#pause !== undefined) return;
    if (tree === undefined || tree.size <= this.#settledSize) return;
    this.#underWay = { tree, ended: this.#run(tree) };
  }

  async #run(tree: CosignedTree): Promise<void> {
    const outcome = await this.#options.client.submit(tree, this.#stop.signal).catch(asFailure);
    this.#underWay = undefined;
    if (this.#stop.signal.aborted) return;
    if (outcome instanceof SubmissionFailure) this.#failed(tree, outcome);
    else this.#cosigned(tree, outcome);
    this.#start();
    this.#options.onFree();
  }

  #cosigned(tree: CosignedTree, cosignatures: Cosignatures): void {
    const lastSuccessAt = this.#options.now();
    for (const name of cosignatures.keys()) this.#statuses.set(name, { name, size: tree.size, lastSuccessAt });
    if (cosignatures.size === this.#statuses.size) {
      this.#settledSize = tree.size;
      this.#failuresInRow = 0;
    } else {
      this.#failed(tree, new SubmissionFailure('false_cosignature', 'no valid cosignature'), cosignatures);
    }
    this.#accepted();
    this.#options.onCosigned(tree, cosignatures);
  }

  #failed(tree: CosignedTree, failure: SubmissionFailure, cosignatures: Cosignatures = new Map()): void {
    for (const status of this.#statuses.values()) {
      if (!cosignatures.has(status.name)) this.#statuses.set(status.name, { ...status, failure });
    }
    this.#failuresInRow += 1;
    if (failure.isContradiction) this.#settledSize = tree.size;
    if (failure.isRefusal) this.#refused(failure);
    this.#rest(failure);
  }

  #refused(failure: SubmissionFailure): void {
    if (this.#refusal?.kind === failure.kind) return;
    this.#refusal = failure;
    this.#options.onRefused(this.#title(), failure);
  }

  #accepted(): void {
    const refusal = this.#refusal;
    this.#refusal = undefined;
    if (refusal !== undefined) this.#options.onAccepted(this.#title(), refusal);
  }

  #rest(failure: SubmissionFailure): void {
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      this.#start();
    }, this.#pauseMs(failure));
    this.#pause.unref();
  }

  #pauseMs({ isRefusal, retryAfterMs = 0 }: SubmissionFailure): number {
    const { firstMs, longestMs } = this.#options.backOff;
    if (isRefusal) return longestMs;
    const doubled = firstMs * 2 ** (this.#failuresInRow - 1);
    // The sidecars of a fleet must not come back to a witness all at once.
    const spread = doubled * (0.5 + Math.random() / 2);
    return Math.min(Math.max(spread, retryAfterMs), longestMs);
  }

  /** The witnesses of this prefix, for people. */
  #title(): string {
    return [...this.#statuses.keys()].join(', ');
  }
}

function asFailure(cause: unknown): SubmissionFailure {
  if (cause instanceof SubmissionFailure) return cause;
  return new SubmissionFailure('malformed', 'the answer could not be read', { cause });
}
