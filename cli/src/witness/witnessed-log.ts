import { hash } from 'node:crypto';
import {
  parseCheckpoint,
  type SignatureLine,
  type SignedCheckpoint,
  type VerifierKey,
  verifyConsistency,
} from '@ferrohsm/sdk/node';
import { CliError } from '../errors.ts';
import { keepForkFile, readCheckpointFile, replaceCheckpointFile } from './checkpoint-file.ts';
import { cosign, lineText } from './cosignature.ts';
import { Refusal, StaleSizeRefusal } from './refusal.ts';
import type { Submission } from './submission.ts';
import { trustedSignatures } from './trusted-signatures.ts';
import type { WitnessKey } from './witness-key.ts';

export interface WitnessedLogOptions {
  readonly origin: string;
  /** Keys of the log, all of which must have signed. */
  readonly keys: readonly VerifierKey[];
  /** Where its latest cosigned checkpoint is kept. */
  readonly folder: string;
  /** Keys of the witness, all of which sign. */
  readonly witnessKeys: readonly WitnessKey[];
  /** Called once, when the log has signed two different trees of one size. */
  readonly onFork: (fork: Fork) => void;
}

/** Proof that a log is forged: together with the latest cosigned checkpoint it convinces anybody. */
export interface Fork {
  readonly origin: string;
  readonly size: number;
  /** File that holds the other signed checkpoint. */
  readonly evidence: string;
}

/** The tree that a submission must continue. */
interface TreeHead {
  readonly size: number;
  readonly root: Uint8Array;
}

interface CosignedTree extends TreeHead {
  /** The checkpoint with the lines of log and witness that verify. */
  readonly note: string;
}

const emptyTree: TreeHead = Object.freeze({ size: 0, root: hash('sha256', '', 'buffer') });

/** One log as a witness knows it: the latest checkpoint that it cosigned, which only ever moves forward. */
export class WitnessedLog {
  readonly #options: WitnessedLogOptions;
  #latest: CosignedTree | undefined;
  /** Why nothing more is cosigned. */
  #failure: unknown;
  #lastTurn: Promise<unknown> = Promise.resolve();

  private constructor(options: WitnessedLogOptions, latest: CosignedTree | undefined) {
    this.#options = options;
    this.#latest = latest;
  }

  /**
   * Takes up what was cosigned before.
   *
   * @throws CliError 65 when the file is not what this witness cosigned, 66 when it cannot be read
   */
  static async open(options: WitnessedLogOptions): Promise<WitnessedLog> {
    const bytes = await readCheckpointFile(options.folder);
    return new WitnessedLog(options, bytes && (await readCosigned(bytes, options)));
  }

  get origin(): string {
    return this.#options.origin;
  }

  /** The latest cosigned checkpoint; undefined before the first one. */
  get latest(): { readonly size: number; readonly note: string } | undefined {
    return this.#latest;
  }

  /**
   * Cosigns a checkpoint that continues the latest one, and keeps it before it answers (C2SP tlog-witness).
   *
   * @returns the cosignature lines
   * @throws Refusal for what must not be cosigned; errors of the file system, after which what is kept is not known
   */
  async add(submission: Submission): Promise<string> {
    const { checkpoint } = submission;
    const signatures = await trustedSignatures(checkpoint, this.#options.keys);
    if (signatures === undefined) throw new Refusal(403, 'not signed by every trusted key of the log');
    if (submission.oldSize > checkpoint.size) throw new Refusal(400, 'the old size is larger than the checkpoint');
    return this.#inTurn(() => this.#advance(submission, signatures));
  }

  /** No other submission may be checked between the check of one and its file. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#lastTurn.then(work);
    this.#lastTurn = turn.catch(() => undefined);
    return turn;
  }

  async #advance({ oldSize, proof, checkpoint }: Submission, signatures: readonly SignatureLine[]): Promise<string> {
    if (this.#failure !== undefined) throw this.#failure;
    const { size, root } = this.#latest ?? emptyTree;
    if (oldSize !== size) throw new StaleSizeRefusal(size);
    if (!(await verifyConsistency(size, checkpoint.size, proof, root, checkpoint.root))) {
      // Anybody may send a wrong proof; only the log itself can sign another tree of the same size.
      if (checkpoint.size === size && Buffer.compare(checkpoint.root, root) !== 0)
        await this.#keepFork(checkpoint, signatures);
      throw new Refusal(422, 'the checkpoint does not continue the latest cosigned one');
    }
    return this.#keep(checkpoint, signatures);
  }

  async #keep(checkpoint: SignedCheckpoint, signatures: readonly SignatureLine[]): Promise<string> {
    const { witnessKeys, folder } = this.#options;
    const timeMs = Date.now();
    const cosignatures = witnessKeys.map((key) => lineText(cosign(checkpoint, key, timeMs))).join('');
    const note = noteText(checkpoint, signatures) + cosignatures;
    try {
      await replaceCheckpointFile(folder, note);
    } catch (error) {
      this.#failure = error;
      throw error;
    }
    this.#latest = { size: checkpoint.size, root: checkpoint.root, note };
    return cosignatures;
  }

  async #keepFork(checkpoint: SignedCheckpoint, signatures: readonly SignatureLine[]): Promise<void> {
    const { origin, folder, onFork } = this.#options;
    const evidence = await keepForkFile(folder, noteText(checkpoint, signatures));
    if (evidence !== undefined) onFork({ origin, size: checkpoint.size, evidence });
  }
}

function noteText({ body }: SignedCheckpoint, signatures: readonly SignatureLine[]): string {
  return `${body}\n${signatures.map(lineText).join('')}`;
}

/** Its own signatures say that nobody else wrote the file. The keys of the log may have changed since. */
async function readCosigned(
  bytes: Buffer,
  { origin, folder, witnessKeys }: WitnessedLogOptions,
): Promise<CosignedTree> {
  const checkpoint = parseCheckpoint(bytes);
  const verifiers = witnessKeys.map(({ verifier }) => verifier);
  const isOwn = checkpoint?.origin === origin && (await trustedSignatures(checkpoint, verifiers)) !== undefined;
  if (isOwn) return { size: checkpoint.size, root: checkpoint.root, note: bytes.toString() };
  throw new CliError(
    65,
    `${folder} does not hold a checkpoint of ${origin} that this key cosigned`,
    'restore the newest copy of the state folder, or use the key that it belongs to',
  );
}
