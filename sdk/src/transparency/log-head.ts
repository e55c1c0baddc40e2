import type { SignedCheckpoint } from './checkpoint.ts';
import {
  type CheckedSignatures,
  followSuccession,
  type KeySuccession,
  type RotationRecord,
  readSuccessions,
} from './key-succession.ts';
import { readCheckpoint } from './log-checkpoint.ts';
import { type LogTrust, readTrust, type TrustedKeys } from './log-trust.ts';
import { readRetention, retentionProblems, retentionSignatureProblems } from './retention.ts';
import { findRotations } from './rotation-search.ts';
import type { LogSource } from './tile-source.ts';
import type { EntryRange } from './tree-tiles.ts';
import { checkWitnessed, type LogStatement, readWitnessed, statementOf } from './witnessed-checkpoint.ts';

export interface LogHeadOptions {
  /** Whom to believe; without it only the form is checked, and nothing says who wrote the log. */
  readonly trust?: LogTrust | undefined;
  /** Records of key rotations that are known from before, oldest first; more are looked for in the log. */
  readonly successions?: readonly string[] | undefined;
}

/** What a log says of itself now; to be believed only without problems. */
export interface LogHead {
  /** The newest one; with a policy, the last one that reached its quorum. */
  readonly checkpoint: SignedCheckpoint;
  /** The newest one where it is not `checkpoint`: the tiles of the log are those of this size. */
  readonly newest?: SignedCheckpoint;
  /** Entries below it were pruned. */
  readonly minimumIndex: number;
  /** Records of the key rotations that led from the given keys to those that sign now. */
  readonly successions: readonly string[];
  readonly problems: readonly string[];
}

/**
 * Reads checkpoint and retention of a log and checks their signatures. Where newer keys signed than those given, it
 * looks for the log's own records of key rotations, through the whole log if need be. Where the given ones signed it
 * does not look whether a rotation retired them: `verifyLog` does, and `successions` keep what was found.
 *
 * @throws TypeError for no key, a malformed one, a malformed policy or succession
 * @throws DamagedLogError for a checkpoint that is missing or malformed; whatever `source` throws
 *
 * @example const { checkpoint, problems } = await readLogHead(source, { trust: { keys: [vkey] } });
 */
export async function readLogHead(source: LogSource, options: LogHeadOptions = {}): Promise<LogHead> {
  const { trust, successions = [] } = options;
  if (trust === undefined) return readForm(source, successions);
  const statement = await readStatement(source, await readTrust(trust));
  const { newest, witnessed } = statement;
  const { origin, size } = newest;
  const retention = await readRetention(source, origin);
  const minimumIndex = retention?.minimumIndex ?? 0;
  const search = new SuccessionSearch(source, statement);
  const { succession, signed } = await search.run(readSuccessions(successions), { start: minimumIndex, end: size });
  const unsigned = await retentionSignatureProblems(retention, origin, succession.latest);
  const problems = [...signed.problems, ...retentionProblems(retention, size), ...unsigned];
  const head = { checkpoint: newest, minimumIndex, successions: succession.followed, problems };
  if (witnessed === undefined) return head;
  const { problems: unwitnessed } = await checkWitnessed(source, newest, witnessed, succession);
  return { ...head, checkpoint: witnessed, newest, problems: [...problems, ...unwitnessed] };
}

async function readForm(source: LogSource, successions: readonly string[]): Promise<LogHead> {
  const checkpoint = await readCheckpoint(source);
  const retention = await readRetention(source, checkpoint.origin);
  const problems = retentionProblems(retention, checkpoint.size);
  return { checkpoint, minimumIndex: retention?.minimumIndex ?? 0, successions, problems };
}

async function readStatement(source: LogSource, trust: TrustedKeys): Promise<LogStatement> {
  const witnessed = await readWitnessed(source, trust);
  return statementOf(await readCheckpoint(source), witnessed, trust);
}

interface CheckedSuccession {
  readonly succession: KeySuccession;
  readonly signed: CheckedSignatures;
}

/** Looks for the keys that signed a checkpoint. */
class SuccessionSearch {
  readonly #source: LogSource;
  readonly #checkpoint: SignedCheckpoint;
  readonly #trust: TrustedKeys;

  constructor(source: LogSource, { newest, trust }: LogStatement) {
    this.#source = source;
    this.#checkpoint = newest;
    this.#trust = trust;
  }

  /** @param range of the entries that are searched, where the known rotations do not lead to the keys */
  async run(known: readonly RotationRecord[], range: EntryRange): Promise<CheckedSuccession> {
    let found = await this.#check(known);
    if (!found.succession.mayGoOn(this.#checkpoint)) return found;
    const rotations = [...known];
    for await (const rotation of findRotations(this.#source, range)) {
      rotations.push(rotation);
      found = await this.#check(rotations);
      if (found.signed.problems.length === 0) break;
    }
    return found;
  }

  async #check(rotations: readonly RotationRecord[]): Promise<CheckedSuccession> {
    const succession = await followSuccession(this.#checkpoint.origin, this.#trust, rotations);
    return { succession, signed: await succession.checkLatest(this.#checkpoint) };
  }
}
