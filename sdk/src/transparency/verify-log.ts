import { type CheckedSignatures, followSuccession, type KeySuccession, readSuccessions } from './key-succession.ts';
import { findCheckpoint } from './log-checkpoint.ts';
import { type LogReport, logReport, unreadableLog } from './log-report.ts';
import { type LogTrust, readTrust } from './log-trust.ts';
import { RecordCheck } from './record-check.ts';
import { type Retention, readRetention, retentionProblems, retentionSignatureProblems } from './retention.ts';
import type { LogSource } from './tile-source.ts';
import { lowest, notContinued, treeProblems } from './tree-problems.ts';
import { TreeWalk, type WalkFindings } from './tree-walk.ts';
import { formatTiles, readState, type TreeEdge, type VerifiedState } from './verified-state.ts';
import { checkWitnessed, type LogStatement, readWitnessed, statementOf } from './witnessed-checkpoint.ts';

export type VerifyLogOptions = LogTrust & {
  /** Entries that were read, of all. */
  readonly onProgress?: (done: number, total: number) => void;
  /** What an earlier verification of the log left; only what follows is read. */
  readonly resume?: VerifiedState | undefined;
  /**
   * What to `resume` from later: now and then while nothing is wrong, and at the end of a log that is `ok`. Only the
   * end, or a later one that resumed, says that the log signed those entries.
   */
  readonly onState?: (state: VerifiedState) => void;
};

/** Bundles between two states, some 65,000 entries. */
const stateBundles = 256;

/**
 * Checks a whole log offline: the signatures of its checkpoint, the tree computed again from every entry, every tile,
 * and the form and order in time of the records. Reads one bundle at a time. Follows the log's own records of key
 * rotations from the given keys to those that sign now: keys that a rotation retired cannot sign for the log any more.
 *
 * With a policy whose quorum has not cosigned the newest checkpoint yet, the report is about the last one that has it
 * (file `checkpoint.witnessed`), and says so in `newest`.
 *
 * That the log was not cut or replaced as a whole shows only against what somebody else kept: a checkpoint, or the
 * state of an earlier verification.
 *
 * @throws TypeError for no key, a malformed one or a malformed policy, a malformed state or one of another log;
 *   whatever `source` throws
 *
 * @example const { ok, problems } = await verifyLog({ read }, { keys: [vkey] });
 */
export async function verifyLog(source: LogSource, options: VerifyLogOptions): Promise<LogReport> {
  const trust = await readTrust(options);
  const witnessed = await readWitnessed(source, trust);
  const newest = await findCheckpoint(source);
  if (typeof newest === 'string') return unreadableLog(newest);
  const from = options.resume === undefined ? undefined : readState(options.resume, newest.origin);
  return new LogVerification(source, options, { ...(await statementOf(newest, witnessed, trust)), from }).run();
}

interface Start extends LogStatement {
  readonly from: TreeEdge | undefined;
}

/** One check of one log. */
class LogVerification {
  readonly #source: LogSource;
  readonly #options: VerifyLogOptions;
  readonly #start: Start;
  readonly #records: RecordCheck;

  constructor(source: LogSource, options: VerifyLogOptions, start: Start) {
    this.#source = source;
    this.#options = options;
    this.#start = start;
    this.#records = new RecordCheck(options.resume?.time ?? 0);
  }

  async run(): Promise<LogReport> {
    const { newest } = this.#start;
    const succession = await this.#succession();
    const known = await succession.checkLatest(newest);
    const isTentative = known.problems.length > 0;
    // Without a signature nothing says how much there is to read.
    if (isTentative && !succession.mayGoOn(newest)) return logReport(newest, known);
    const retention = await readRetention(this.#source, newest.origin);
    const refusals = this.#refusals(retention);
    if (refusals.length > 0 || retention === null) {
      return logReport(newest, { signatures: known.signatures, problems: refusals });
    }
    const walk = this.#walk(retention?.minimumIndex ?? 0, isTentative);
    const findings = await walk.run();
    return this.#conclude(walk.edge, findings, retention);
  }

  /** From the pinned keys over the rotations that are known by now. */
  #succession(): Promise<KeySuccession> {
    const { trust, newest } = this.#start;
    const earlier = readSuccessions(this.#options.resume?.successions ?? []);
    return followSuccession(newest.origin, trust, [...earlier, ...this.#records.rotations]);
  }

  #refusals(retention: Retention | undefined | null): string[] {
    const { newest, from } = this.#start;
    const problems = retentionProblems(retention, newest.size);
    if (problems.length > 0) return problems;
    if (from !== undefined && newest.size < from.size) return [notContinued(from.size)];
    const { minimumIndex } = retention ?? { minimumIndex: 0 };
    if (from === undefined || minimumIndex <= from.size) return [];
    return [`retention: entries ${from.size} to ${minimumIndex - 1} were pruned before they were verified`];
  }

  #walk(minimumIndex: number, isTentative: boolean): TreeWalk {
    const { newest, from } = this.#start;
    const { onProgress } = this.#options;
    const { size } = newest;
    let bundles = 0;
    const walk: TreeWalk = new TreeWalk({
      source: this.#source,
      size,
      from,
      minimumIndex,
      isTentative,
      onEntry: (entry, index) => this.#records.add(entry, index),
      onBundle: (done) => {
        onProgress?.(done, size);
        bundles += 1;
        if (bundles % stateBundles !== 0 || isTentative || !walk.isClean || !this.#records.isClean) return;
        this.#tellState(walk.edge);
      },
    });
    return walk;
  }

  async #conclude(edge: TreeEdge, findings: WalkFindings, retention: Retention | undefined): Promise<LogReport> {
    const { newest, witnessed, from } = this.#start;
    const succession = await this.#succession();
    const signed = await this.#checkSignatures(succession);
    const unsigned = await retentionSignatureProblems(retention, newest.origin, succession.latest);
    const tree = treeProblems(newest, findings, from?.size ?? 0);
    const report = logReport(witnessed ?? newest, {
      ...signed,
      newest: witnessed && newest,
      successions: succession.followed,
      minimumIndex: retention?.minimumIndex,
      problems: [...signed.problems, ...unsigned, ...tree.problems, ...this.#records.problems],
      firstBadEntry: lowest(tree.firstBad, this.#records.firstBad),
    });
    if (report.ok) this.#tellState(edge);
    return report;
  }

  /** Of the checkpoint that the report is about, and of the newest where that is another one. */
  async #checkSignatures(succession: KeySuccession): Promise<CheckedSignatures> {
    const { newest, witnessed } = this.#start;
    const latest = await succession.checkLatest(newest);
    if (witnessed === undefined) return latest;
    const { signatures, problems } = await checkWitnessed(this.#source, newest, witnessed, succession);
    return { keys: latest.keys, signatures, problems: [...latest.problems, ...problems] };
  }

  /** With every rotation, also one before the given keys: whoever gives the older ones later is led on from them. */
  #tellState({ size, levels }: TreeEdge): void {
    const { origin } = this.#start.newest;
    const { timeMs, rotations } = this.#records;
    const successions = [...(this.#options.resume?.successions ?? []), ...rotations.map(({ entry }) => entry)];
    this.#options.onState?.({ origin, size, tiles: formatTiles(levels), time: timeMs, successions });
  }
}
