import { toHex } from './bytes.ts';
import type { SignedCheckpoint } from './checkpoint.ts';
import type { SignatureReport } from './signatures.ts';
import type { VerifierKey } from './verifier-key.ts';

/** What a check of a whole log found. */
export interface LogReport {
  readonly origin: string;
  /** Entries under the checkpoint; with a policy, under the last one that reached its quorum. */
  readonly size: number;
  /** Root in the checkpoint, hexadecimal. */
  readonly root: string;
  readonly signatures: readonly SignatureReport[];
  /**
   * The newest checkpoint, where the quorum of the policy has not cosigned it yet: the log signed it, its entries were
   * checked, and it continues the one that this report is about.
   */
  readonly newest?: { readonly size: number };
  /** Keys of the log that signed the newest checkpoint: the given ones, or those after them. None without them. */
  readonly keys: readonly string[];
  /** Records of the key rotations that led from the given keys to these, for `verifyReceipt`. */
  readonly successions: readonly string[];
  /** Entries below this one were pruned, as the log itself signed; of them only the hashes were checked. */
  readonly minimumIndex?: number;
  /** Index of the first entry that is missing, altered or malformed. */
  readonly firstBadEntry?: number;
  /** What is wrong, one finding each, naming the file or the entry. */
  readonly problems: readonly string[];
  /** The given keys of the log signed exactly what the files hold, and no given key disagrees. */
  readonly ok: boolean;
}

export interface ReportFindings {
  readonly signatures: readonly SignatureReport[];
  readonly problems: readonly string[];
  readonly keys?: readonly VerifierKey[];
  readonly successions?: readonly string[];
  readonly minimumIndex?: number | undefined;
  readonly firstBadEntry?: number | undefined;
  /** Where it is not the checkpoint of the report. */
  readonly newest?: SignedCheckpoint | undefined;
}

export function logReport({ origin, size, root }: SignedCheckpoint, findings: ReportFindings): LogReport {
  const { signatures, problems, keys = [], successions = [], minimumIndex, firstBadEntry, newest } = findings;
  return {
    origin,
    size,
    root: toHex(root),
    signatures,
    ...(newest === undefined ? {} : { newest: { size: newest.size } }),
    keys: keys.map(({ text }) => text),
    successions,
    ...(minimumIndex === undefined ? {} : { minimumIndex }),
    ...(firstBadEntry === undefined ? {} : { firstBadEntry }),
    problems,
    ok: problems.length === 0,
  };
}

/** The report on a log whose checkpoint cannot be read. */
export function unreadableLog(reason: string): LogReport {
  const problems = [`checkpoint: ${reason}`];
  return { origin: '', size: 0, root: '', signatures: [], keys: [], successions: [], problems, ok: false };
}
