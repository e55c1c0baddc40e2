import type { VerifierKey } from '@ferrohsm/sdk/node';
import { usageError } from '../errors.ts';
import { Refusal } from './refusal.ts';
import { openStateFolder, originHash, type StateFolder } from './state-folder.ts';
import { parseSubmission } from './submission.ts';
import { isKeyName, type WitnessKey } from './witness-key.ts';
import { type Fork, WitnessedLog } from './witnessed-log.ts';

export interface WitnessOptions {
  readonly witnessKeys: readonly WitnessKey[];
  /** Keys of all the logs that are trusted; the name of a key is the origin of its log. */
  readonly logKeys: readonly VerifierKey[];
  readonly stateFolder: string;
  /** Called once for a log that signed two different trees of one size. */
  readonly onFork: (fork: Fork) => void;
}

/** Cosigns the checkpoints of the logs that it knows, each only when it continues the one before. */
export class Witness implements Disposable {
  readonly #logs: ReadonlyMap<string, WitnessedLog>;
  readonly #state: StateFolder;

  private constructor(logs: readonly WitnessedLog[], state: StateFolder) {
    this.#logs = new Map(logs.map((log) => [originHash(log.origin), log]));
    this.#state = state;
  }

  /**
   * Holds the state folder until it is disposed of.
   *
   * @throws CliError 2 for no log or an unusable origin, 65, 66, 73, 75 for the folder
   */
  static async open({ logKeys, stateFolder, ...others }: WitnessOptions): Promise<Witness> {
    const keysByOrigin = Object.entries(Object.groupBy(logKeys, ({ name }) => name));
    const unusable = keysByOrigin.find(([origin]) => !isKeyName(origin));
    if (unusable !== undefined) throw usageError(`not an origin that can be cosigned: ${unusable[0]}`);
    const state = await openStateFolder(stateFolder);
    try {
      const opening = keysByOrigin.map(async ([origin, keys = []]) =>
        WitnessedLog.open({ ...others, origin, keys, folder: await state.folderOf(origin) }),
      );
      return new Witness(await Promise.all(opening), state);
    } catch (error) {
      state.release();
      throw error;
    }
  }

  get logs(): readonly WitnessedLog[] {
    return [...this.#logs.values()];
  }

  /**
   * The cosignature lines for a request body of C2SP tlog-witness "add-checkpoint".
   *
   * @throws Refusal; errors of the file system, after which the witness must not go on
   */
  async addCheckpoint(body: Buffer): Promise<string> {
    const submission = parseSubmission(body);
    const log = this.#logs.get(originHash(submission.checkpoint.origin));
    if (log === undefined) throw new Refusal(404, 'unknown origin');
    return log.add(submission);
  }

  /**
   * The latest cosigned checkpoint of a log.
   *
   * @param hash SHA-256 of its origin, hexadecimal
   * @throws Refusal 404
   */
  checkpoint(hash: string): string {
    const latest = this.#logs.get(hash)?.latest;
    if (latest === undefined) throw new Refusal(404, 'no cosigned checkpoint');
    return latest.note;
  }

  [Symbol.dispose](): void {
    this.#state.release();
  }
}
