import { type CosignatureVerifiers, findCosignature } from './cosignature.ts';
import type { CosignedTree } from './cosigned-tree.ts';
import { SubmissionFailure } from './submission-failure.ts';
import type { SubmissionPrefix } from './submission-prefix.ts';
import { conflictSize, failureOf, readAnswer, signatureLines, type WitnessAnswer } from './witness-answer.ts';

/** RFC 6962 section 2.1.2: the hashes that prove a tree to be the beginning of a later one. */
export type ProveGrowth = (earlierSize: number, size: number) => Promise<readonly Buffer[]>;

export interface WitnessClientOptions {
  readonly prefix: SubmissionPrefix;
  readonly verify: CosignatureVerifiers;
  readonly proof: ProveGrowth;
  /** For a whole submission. */
  readonly timeoutMs: number;
}

/** Lines of the checkpoint by the names of the witnesses that made them. */
export type Cosignatures = ReadonlyMap<string, string>;

const conflict = 409;
/** C2SP tlog-witness: more must not be sent. */
const mostProofLines = 63;

/** The log's side of C2SP tlog-witness, for one submission prefix. */
export class WitnessClient {
  readonly #options: WitnessClientOptions;
  /** Size of the largest tree that the witness is known to have cosigned; only it keeps that for good. */
  #cosignedSize = 0;

  constructor(options: WitnessClientOptions) {
    this.#options = options;
  }

  /**
   * Submits a checkpoint, with the right proof at the second try when the witness knows another size.
   *
   * @param signal gives up
   * @returns at least one cosignature; those of keys that are not in the policy are left out
   * @throws SubmissionFailure
   */
  async submit(tree: CosignedTree, signal: AbortSignal): Promise<Cosignatures> {
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(this.#options.timeoutMs)]);
    let answer = await this.#post(tree, bounded);
    if (answer.status === conflict) {
      this.#learn(answer, tree);
      answer = await this.#post(tree, bounded);
    }
    if (answer.status === conflict) {
      this.#learn(answer, tree);
      throw new SubmissionFailure('unavailable', 'the witness has just cosigned another checkpoint');
    }
    if (answer.status !== 200) throw failureOf(answer);
    return this.#collect(answer, tree);
  }

  #learn(answer: WitnessAnswer, { size }: CosignedTree): void {
    const told = conflictSize(answer);
    if (told > size) {
      throw new SubmissionFailure('ahead', `the witness has cosigned ${told} entries, this log has ${size}`);
    }
    this.#cosignedSize = told;
  }

  #collect(answer: WitnessAnswer, tree: CosignedTree): Cosignatures {
    const { prefix, verify } = this.#options;
    const lines = signatureLines(answer);
    const cosignatures = new Map<string, string>();
    for (const { name, key } of prefix.witnesses) {
      const line = findCosignature(lines, tree, key, verify);
      if (line !== undefined) cosignatures.set(name, `${line}\n`);
    }
    if (cosignatures.size === 0) throw new SubmissionFailure('false_cosignature', 'no valid cosignature');
    this.#cosignedSize = tree.size;
    return cosignatures;
  }

  async #post(tree: CosignedTree, signal: AbortSignal): Promise<WitnessAnswer> {
    const body = await this.#request(tree);
    try {
      const response = await fetch(`${this.#options.prefix.url}/add-checkpoint`, {
        method: 'POST',
        headers: { 'content-type': 'text/plain; charset=utf-8' },
        // Elsewhere it would not be checked for https.
        redirect: 'error',
        signal,
        body,
      });
      return await readAnswer(response);
    } catch (cause) {
      if (cause instanceof SubmissionFailure) throw cause;
      throw new SubmissionFailure('unavailable', signal.aborted ? 'no answer in time' : 'no connection', { cause });
    }
  }

  async #request(tree: CosignedTree): Promise<string> {
    const proof = await this.#prove(this.#cosignedSize, tree.size);
    const lines = proof.map((hash) => `${hash.toString('base64')}\n`);
    return `old ${this.#cosignedSize}\n${lines.join('')}\n${tree.note}`;
  }

  async #prove(earlierSize: number, size: number): Promise<readonly Buffer[]> {
    if (earlierSize === 0 || earlierSize === size) return [];
    const detail = `no proof that ${size} entries continue ${earlierSize}`;
    const proof = await this.#options.proof(earlierSize, size).catch((cause: unknown) => {
      throw new SubmissionFailure('no_proof', detail, { cause });
    });
    if (proof.length > mostProofLines) throw new SubmissionFailure('no_proof', detail);
    return proof;
  }
}
