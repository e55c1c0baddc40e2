import { SidecarError } from '../errors.ts';
import type { CosignatureVerifiers } from './cosignature.ts';
import { type CosignedTree, cosignedTree } from './cosigned-tree.ts';
import type { LogPolicy } from './log-policy.ts';
import { QuorumWatch } from './quorum-watch.ts';
import { Round } from './round.ts';
import { SizeWaiters } from './size-waiters.ts';
import type { SubmissionFailure } from './submission-failure.ts';
import { type SubmissionPrefix, submissionPrefixes } from './submission-prefix.ts';
import { type BackOff, Submitter, type WitnessStatus } from './submitter.ts';
import { type Cosignatures, type ProveGrowth, WitnessClient } from './witness-client.ts';

/** What people should look at: no checkpoint gets its quorum, or a witness turns this log down. */
export type WitnessAlarm =
  | { readonly kind: 'quorum_missing' }
  | {
      readonly kind: 'refused';
      /** As the policy calls it; several that share a URL are told together. */
      readonly witness: string;
      readonly failure: SubmissionFailure;
    };

/** The callbacks must not throw. */
export interface WitnessesOptions {
  readonly policy: LogPolicy;
  readonly origin: string;
  readonly verify: CosignatureVerifiers;
  readonly proof: ProveGrowth;
  /**
   * Once for each checkpoint that reaches the quorum.
   *
   * @param lines signature lines with their newlines, to follow the log's own; none when the policy asks for none
   */
  readonly onCosigned: (lines: readonly string[], size: number) => void;
  readonly onAlarm: (alarm: WitnessAlarm) => void;
  /** The alarm that is over. */
  readonly onRecovered: (alarm: WitnessAlarm) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Least time between two checkpoints that witnesses are asked about, 1 s unless told. */
  readonly spacingMs?: number;
  /** How long checkpoints may wait without any reaching the quorum, 60 s unless told. */
  readonly graceMs?: number;
  /** For one submission, 10 s unless told. */
  readonly timeoutMs?: number;
  /** From 1 s to 60 s unless told. */
  readonly backOff?: BackOff;
}

export interface WitnessesStatus {
  /** False until a first checkpoint has it, and while the alarm of the missing quorum lasts. */
  readonly quorum: boolean;
  /** Size of the last checkpoint that reached the quorum. */
  readonly cosignedSize: number;
  readonly witnesses: readonly WitnessStatus[];
}

/** Has checkpoints cosigned beside all requests (C2SP tlog-witness). */
export interface Witnesses {
  /**
   * Takes the newest checkpoint and returns at once; one that is not larger than the last is left out.
   *
   * @param note with the log's own signature lines only
   */
  submit(note: string, size: number): void;
  status(): WitnessesStatus;
  /**
   * Resolves when a checkpoint of at least that size has its quorum.
   *
   * @throws the reason of the signal
   * @throws SidecarError `audit_unavailable` when the log closes
   */
  whenWitnessed(size: number, signal: AbortSignal): Promise<void>;
  /** Gives up what is under way. */
  close(): Promise<void>;
}

const defaultSpacingMs = 1_000;
const defaultGraceMs = 60_000;
const defaultTimeoutMs = 10_000;
const defaultBackOff: BackOff = Object.freeze({ firstMs: 1_000, longestMs: 60_000 });

/**
 * @throws SidecarError `config_invalid` for a witness in the quorum that nothing can be submitted to
 * @example createWitnesses({ policy: parseLogPolicy(text), origin, verify, proof, ...callbacks }).submit(note, size);
 */
export function createWitnesses(options: WitnessesOptions): Witnesses {
  return new WitnessRounds(options);
}

class WitnessRounds implements Witnesses {
  readonly #options: WitnessesOptions;
  readonly #submitters: readonly Submitter[];
  readonly #spacingMs: number;
  readonly #watch: QuorumWatch;
  readonly #waiters = new SizeWaiters();
  #round: Round | undefined;
  #isDecided = true;
  #next: CosignedTree | undefined;
  #newestSize = -1;
  #startedMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: WitnessesOptions) {
    const { policy, spacingMs = defaultSpacingMs, graceMs = defaultGraceMs, onAlarm, onRecovered } = options;
    this.#options = options;
    this.#submitters = submissionPrefixes(policy).map((prefix) => this.#createSubmitter(prefix));
    // Nobody is spared when the policy asks for no witness.
    this.#spacingMs = this.#submitters.length === 0 ? 0 : spacingMs;
    this.#watch = new QuorumWatch({
      graceMs,
      onMissing: () => onAlarm({ kind: 'quorum_missing' }),
      onReached: () => onRecovered({ kind: 'quorum_missing' }),
    });
  }

  submit(note: string, size: number): void {
    if (this.#isClosed || size <= this.#newestSize) return;
    this.#newestSize = size;
    this.#next = cosignedTree(note, this.#options.origin, size);
    this.#watch.waiting();
    this.#advance();
  }

  status(): WitnessesStatus {
    return {
      quorum: this.#watch.hasQuorum,
      cosignedSize: this.#waiters.reachedSize,
      witnesses: this.#submitters.flatMap((submitter) => submitter.statuses()),
    };
  }

  whenWitnessed(size: number, signal: AbortSignal): Promise<void> {
    return this.#waiters.wait(size, signal);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#watch.stop();
    this.#waiters.close(new SidecarError('audit_unavailable', 'the log is closed'));
    await Promise.all(this.#submitters.map((submitter) => submitter.close()));
  }

  #createSubmitter(prefix: SubmissionPrefix): Submitter {
    const { verify, proof, now, onAlarm, onRecovered } = this.#options;
    const { timeoutMs = defaultTimeoutMs, backOff = defaultBackOff } = this.#options;
    return new Submitter({
      client: new WitnessClient({ prefix, verify, proof, timeoutMs }),
      witnesses: prefix.witnesses,
      backOff,
      now,
      onCosigned: (tree, cosignatures) => this.#collect(tree, cosignatures),
      onFree: () => this.#advance(),
      onRefused: (witness, failure) => onAlarm({ kind: 'refused', witness, failure }),
      onAccepted: (witness, failure) => onRecovered({ kind: 'refused', witness, failure }),
    });
  }

  /** Begins the next round when the last one has its quorum, or nobody is at work on it any more. */
  #advance(): void {
    const next = this.#next;
    if (this.#isClosed || next === undefined || this.#timer !== undefined || this.#isAtWork()) return;
    const waitMs = this.#startedMs + this.#spacingMs - performance.now();
    if (waitMs > 0) this.#advanceIn(waitMs);
    else this.#begin(next);
  }

  #isAtWork(): boolean {
    const round = this.#round;
    if (round === undefined || this.#isDecided) return false;
    return this.#submitters.some((submitter) => submitter.isSubmitting(round.tree));
  }

  #advanceIn(waitMs: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#advance();
    }, waitMs);
    this.#timer.unref();
  }

  #begin(tree: CosignedTree): void {
    this.#next = undefined;
    this.#round = new Round(tree, this.#options.policy);
    this.#isDecided = false;
    this.#startedMs = performance.now();
    for (const submitter of this.#submitters) submitter.offer(tree);
    this.#decide(this.#round);
  }

  #collect(tree: CosignedTree, cosignatures: Cosignatures): void {
    if (this.#round?.tree !== tree || this.#isDecided) return;
    this.#round.add(cosignatures);
    this.#decide(this.#round);
  }

  #decide(round: Round): void {
    if (!round.hasQuorum) return;
    this.#isDecided = true;
    this.#watch.reached();
    if (this.#next !== undefined) this.#watch.waiting();
    this.#options.onCosigned(round.lines, round.tree.size);
    this.#waiters.reached(round.tree.size);
  }
}
